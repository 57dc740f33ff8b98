import type { SchemaNode } from './schema-document.ts';

export const TYPE_WORDS = new Map([
  ['string', 'a string'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['array', 'a list'],
  ['object', 'a mapping'],
]);

export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  return typeof value === 'string' ? 'a string' : `a ${typeof value}`;
}

export function describeValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) return kindOf(value);
  if (typeof value === 'number') return `the number ${value}`;
  const text = JSON.stringify(value);
  // Hidden in every field, because messages go to logs and to shared channels.
  if (/:\/\/[^/?#\s]*@/.test(text)) return 'an address with a user name or password';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** The fix for a value: the schema's own example, or its choices. */
export function sample(schema: SchemaNode): string {
  const { examples, enum: choices, const: only, required } = schema;
  if (examples?.[0] !== undefined) return exampleText(examples[0]);
  if (Array.isArray(choices)) return choices.map(textOf).join(' | ');
  if (only !== undefined) return textOf(only);
  if (Array.isArray(required)) return `(with ${required.map(textOf).join(', ')})`;
  const [type = ''] = [schema.type ?? []].flat();
  return `(${TYPE_WORDS.get(type) ?? 'a value'})`;
}

function exampleText(example: unknown): string {
  if (Array.isArray(example)) return `[${example.map(textOf).join(', ')}]`;
  const text = textOf(example);
  return /^[\w./:-]+$/.test(text) ? text : JSON.stringify(text);
}

export function firstSentence({ description = '' }: SchemaNode): string {
  return /^.*?\.(?=\s|$)/s.exec(description)?.[0] ?? description;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

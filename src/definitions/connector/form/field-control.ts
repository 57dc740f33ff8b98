import type { SchemaNode } from '../../schema/schema-document.ts';
import { textOf } from '../../schema/value-words.ts';
import type { FormControl, FormField } from './form-model.ts';

/** How a value is shown; without a text if only its YAML can show it. */
export interface Shown {
  readonly control: FormControl;
  readonly value?: string;
}

/** A text that may be this long has a control of several lines. */
const LONG_TEXT_CHARACTERS = 10_000;

export function typesOf(schema: SchemaNode): FormField['types'] {
  const types = [schema.type ?? []].flat().filter(isType);
  if (types.length > 0) return types;
  return typeof schema.const === 'string' || Array.isArray(schema.enum) ? ['string'] : [];
}

export function itemTypeOf(schema: SchemaNode): FormField['itemType'] {
  return schema.items?.type === 'integer' ? 'integer' : 'string';
}

export function optionsOf(schema: SchemaNode, limited: readonly unknown[] | undefined): readonly string[] {
  if (schema.type === 'boolean') return ['true', 'false'];
  if (schema.const !== undefined) return [textOf(schema.const)];
  const choices = schema.enum ?? [];
  return choices.filter((choice) => limited?.includes(choice) ?? true).map(textOf);
}

/** The control of a field with its present value; `undefined` if the text does not have it. */
export function shownValue(schema: SchemaNode, value: unknown): Shown {
  const types = typesOf(schema);
  const isEmpty = value === undefined || value === null;
  if (schema.type === 'boolean') return ofSelect(isEmpty ? '' : value, 'boolean');
  if (optionsOf(schema, undefined).length > 0) return ofSelect(isEmpty ? '' : value, 'string');
  if (types.includes('array')) return shownList(schema, value);
  if (types.includes('object')) return shownMap(schema, value);
  if (types.includes('string')) return shownText(schema, isEmpty ? '' : value);
  if (types.includes('integer') || types.includes('number')) {
    if (isEmpty) return { control: 'number', value: '' };
    return typeof value === 'number' ? { control: 'number', value: String(value) } : { control: 'yaml' };
  }
  return { control: 'yaml' };
}

/** An example as the control of its field would show it. */
export function exampleText(schema: SchemaNode, example: unknown): string {
  return shownValue(schema, example).value ?? JSON.stringify(example);
}

function ofSelect(value: unknown, type: 'boolean' | 'string'): Shown {
  const isShown = value === '' || typeof value === type;
  return isShown ? { control: 'select', value: String(value) } : { control: 'yaml' };
}

function shownText(schema: SchemaNode, value: unknown): Shown {
  if (typeof value === 'number') {
    return typesOf(schema).includes('integer')
      ? { control: 'text', value: String(value) }
      : { control: 'yaml' };
  }
  if (typeof value !== 'string') return { control: 'yaml' };
  const isLong = Number(schema['maxLength'] ?? 0) >= LONG_TEXT_CHARACTERS;
  return { control: isLong || /[\r\n]/.test(value) ? 'textarea' : 'text', value: withLineFeeds(value) };
}

function shownList(schema: SchemaNode, value: unknown): Shown {
  if (value === undefined || value === null) return { control: 'list', value: '' };
  const isText = typeof value === 'string' && typesOf(schema).includes('string');
  const items: unknown = isText ? [value] : value;
  if (!Array.isArray(items)) return { control: 'yaml' };
  const isPlain = items.every((item) =>
    itemTypeOf(schema) === 'integer' ? Number.isInteger(item) : typeof item === 'string' && isOneLine(item),
  );
  return isPlain ? { control: 'list', value: items.join('\n') } : { control: 'yaml' };
}

function shownMap(schema: SchemaNode, value: unknown): Shown {
  const of = schema['additionalProperties'];
  const isOfTexts = typeof of === 'object' && of !== null && 'type' in of && of.type === 'string';
  if (!isOfTexts) return value === undefined ? { control: 'yaml', value: '' } : { control: 'yaml' };
  if (value === undefined || value === null) return { control: 'map', value: '' };
  if (typeof value !== 'object' || Array.isArray(value)) return { control: 'yaml' };
  const entries = Object.entries(value);
  const isPlain = entries.every(
    ([key, text]) =>
      isOneLine(key) && !key.includes('=') && typeof text === 'string' && (text === '' || isOneLine(text)),
  );
  return isPlain
    ? { control: 'map', value: entries.map(([key, text]) => `${key}=${String(text)}`).join('\n') }
    : { control: 'yaml' };
}

/** Whether the text survives as a line of a control: blanks at its ends would be lost. */
function isOneLine(text: string): boolean {
  return text !== '' && text === text.trim() && !/[\r\n]/.test(text);
}

export function withLineFeeds(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}

function isType(type: string): type is FormField['types'][number] {
  return ['string', 'integer', 'number', 'boolean', 'array', 'object'].includes(type);
}

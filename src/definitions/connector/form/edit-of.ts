import type { PlainValue, YamlEdit } from '../../edit/yaml-edit.ts';
import { readYaml } from '../../yaml/yaml.ts';
import { withLineFeeds } from './field-control.ts';
import type { FormField } from './form-model.ts';

/** The edit of one submitted control; no edit if nothing changes. */
export type FieldEdit = { readonly edit: YamlEdit | undefined } | { readonly error: string };

type Meaning = { readonly value: PlainValue } | { readonly error: string };

/** What a text in the control of a field means. */
export function editOf(field: FormField, submitted: string): FieldEdit {
  const text = withLineFeeds(submitted);
  if (text.trim() === '' && !isRequiredText(field)) {
    return { edit: field.present ? { kind: 'remove', path: field.segments } : undefined };
  }
  const meaning = meaningOf(field, text);
  if ('error' in meaning) return meaning;
  return { edit: { kind: 'set', path: field.segments, value: meaning.value } };
}

/** A required text that is emptied keeps its key and its comments: the next characters will be typed there. */
function isRequiredText({ required, control, present }: FormField): boolean {
  return required && present && (control === 'text' || control === 'textarea');
}

function meaningOf(field: FormField, text: string): Meaning {
  switch (field.control) {
    case 'number':
      return numberOf(field, text);
    case 'select':
      return { value: field.types.includes('boolean') ? text === 'true' : text };
    case 'list':
      return listOf(field, text);
    case 'map':
      return mapOf(field, text);
    case 'yaml':
      return yamlOf(field, text);
    case 'text':
    case 'textarea':
      return { value: textOrNumber(field, text) };
  }
}

const WHOLE_NUMBER = /^-?\d{1,15}$/;

/** A field that takes both, such as `watermarkLag`: digits are a number, unless the present value is a text of digits. */
function textOrNumber({ types, current }: FormField, text: string): PlainValue {
  const isText = typeof current === 'string' && WHOLE_NUMBER.test(current);
  return types.includes('integer') && WHOLE_NUMBER.test(text) && !isText ? Number(text) : text;
}

function numberOf({ label, types }: FormField, text: string): Meaning {
  const trimmed = text.trim();
  const isWhole = types.includes('integer');
  const isNumber = isWhole ? WHOLE_NUMBER.test(trimmed) : /^-?\d{1,15}(?:\.\d{1,15})?$/.test(trimmed);
  if (isNumber) return { value: Number(trimmed) };
  return {
    error: `${label} is not ${isWhole ? 'a whole number' : 'a number'}. Enter digits, or leave it empty.`,
  };
}

function listOf({ label, types, itemType, current }: FormField, text: string): Meaning {
  const lines = linesOf(text);
  const wrong = itemType === 'integer' ? lines.find((line) => !WHOLE_NUMBER.test(line)) : undefined;
  if (wrong !== undefined)
    return { error: `${label} has a line that is not a whole number. Enter one number in each line.` };
  const items = itemType === 'integer' ? lines.map(Number) : lines;
  const [first] = items;
  const isSingle = items.length === 1 && types.includes('string') && !Array.isArray(current);
  return { value: isSingle && first !== undefined ? first : items };
}

function mapOf({ label }: FormField, text: string): Meaning {
  const entries = new Map<string, string>();
  for (const line of linesOf(text)) {
    const equals = line.indexOf('=');
    const key = line.slice(0, equals).trim();
    if (equals === -1 || key === '')
      return { error: `${label} has a line without a name and "=". Enter name=value in each line.` };
    if (entries.has(key)) return { error: `${label} has ${JSON.stringify(key)} twice. Keep one of them.` };
    entries.set(key, line.slice(equals + 1).trim());
  }
  return { value: Object.fromEntries(entries) };
}

function yamlOf({ label }: FormField, text: string): Meaning {
  const { value, problems } = readYaml(text);
  const [problem] = problems;
  if (problem !== undefined) {
    return {
      error: `${label} cannot be read, line ${problem.line}: ${problem.message} Write: ${problem.fix}`,
    };
  }
  return isPlainValue(value) ? { value } : { error: `${label} has a value that a connector cannot have.` };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function isPlainValue(value: unknown): value is PlainValue {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return true;
  return typeof value === 'object' && Object.values(value).every(isPlainValue);
}

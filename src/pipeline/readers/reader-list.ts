import { parseArrayLiteral, type ArrayItem } from '../bytes/array-literal.ts';
import type { Column, ColumnKind } from '../ports/ports.ts';
import { meansNoValue, namesIn, trimmedName } from './reader-names.ts';

/** The readers that a value names, or the part of it that does not name any. */
export type ReadersRead =
  { readonly names: readonly string[] } | { readonly unreadable: string } | { readonly invalidJson: true };

/** Thrown while a value is read. */
class Unreadable extends Error {
  readonly value: string;

  constructor(value: string) {
    super('not a name of a reader');
    this.value = value;
  }
}

/** The kinds whose values are never names. */
const NEVER_NAMES: ReadonlySet<ColumnKind> = new Set([
  'boolean',
  'bytes',
  'date',
  'timestamp',
  'timestamptz',
]);
/** A longer name has no closing quotation mark of its own, which keeps the search for one short. */
const NAME_CHARACTERS_MAX = 1_000;
const QUOTED = new RegExp(
  String.raw`\s{0,100}(?:"((?:[^"\\]|\\.|""){0,${NAME_CHARACTERS_MAX}})"|'((?:[^'\\]|\\.|''){0,${NAME_CHARACTERS_MAX}})')\s{0,100}(?=[,;\n]|$)`,
  'suy',
);
const ESCAPED = /\\(.)|""|''/gsu;
const NUMBER = /^[-+]?\d+(?:\.\d+)?$/;

/**
 * Reads the readers that a value of any source names: an array of a database, a JSON array, or text with commas, semicolons or
 * line breaks between names, also with brackets around it as Postgres, Python and Java print lists. The names are sorted and have
 * no duplicates, so the readers of a document do not change with the order or the spelling in which the source lists them.
 * @returns `invalidJson` for a value of kind `json` that is not JSON
 */
export function readReaders(text: string, { kind, element }: Pick<Column, 'kind' | 'element'>): ReadersRead {
  try {
    // The names are sorted, so duplicates are neighbors.
    const names = [...listed(text, kind, element)].sort();
    return { names: names.filter((name, index) => name !== names[index - 1]) };
  } catch (thrown) {
    if (thrown instanceof Unreadable) return { unreadable: thrown.value };
    // Thousands of nested brackets overflow the stack, and do not name a reader.
    if (thrown instanceof RangeError) return { unreadable: text };
    if (thrown instanceof SyntaxError) return { invalidJson: true };
    throw thrown;
  }
}

function listed(text: string, kind: ColumnKind, element: Column['element']): readonly string[] {
  if (text === '') return [];
  if (kind === 'json') return inJson(JSON.parse(text));
  if (kind === 'array') return inArray(parseArrayLiteral(text), element);
  if (NEVER_NAMES.has(kind)) throw new Unreadable(text);
  return inText(text);
}

function inArray(items: readonly ArrayItem[], element: Column['element']): readonly string[] {
  return items.flatMap((item) => {
    if (item === null) return [];
    if (typeof item !== 'string') return inArray(item, element);
    if (element === 'json') return inJson(JSON.parse(item));
    if (element !== undefined && NEVER_NAMES.has(element)) throw new Unreadable(item);
    return named(item);
  });
}

function inJson(value: unknown): readonly string[] {
  if (value === null) return [];
  if (typeof value === 'string') return inText(value);
  if (Array.isArray(value)) return inJsonList(value);
  if (typeof value === 'object' && Object.keys(value).length === 0) return [];
  throw new Unreadable(JSON.stringify(value));
}

function inJsonList(items: readonly unknown[]): readonly string[] {
  return items.flatMap((item) => {
    if (item === null) return [];
    if (typeof item !== 'string') throw new Unreadable(JSON.stringify(item));
    return named(item);
  });
}

function inText(whole: string): readonly string[] {
  const text = trimmedName(whole);
  if (meansNoValue(text)) return [];
  const enclosed = text.slice(1, -1);
  switch (text.charAt(0)) {
    case '[': {
      const list = parsed(text);
      if (Array.isArray(list)) return inJsonList(list);
      // A group may be called `[Staff] Berlin`.
      return text.endsWith(']') ? inDelimited(enclosed, { numbers: false }) : inDelimited(text);
    }
    case '{': {
      const object = parsed(text);
      if (object !== undefined) return inJson(object);
      return inDelimited(text.endsWith('}') ? enclosed : text);
    }
    default:
      // This is a Python tuple.
      return inDelimited(/^\(['"].*\)$/s.test(text) ? enclosed : text);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function inDelimited(text: string, { numbers } = { numbers: true }): readonly string[] {
  const items = itemsOf(text);
  const names = items.flatMap(({ item, quoted }) => {
    if (!numbers && !quoted && NUMBER.test(item)) throw new Unreadable(item);
    return named(item);
  });
  // In `Doe, Anna <anna@example.com>` the comma is part of the name next to the address.
  const besideAddress = items.some(({ item, quoted }) => !quoted && item.includes('<') && item.includes('@'));
  if (besideAddress && names.some((name) => !name.includes('@'))) throw new Unreadable(text);
  return names;
}

function named(item: string): readonly string[] {
  const names = namesIn(item);
  if (names === undefined) throw new Unreadable(item);
  return names;
}

interface Item {
  readonly item: string;
  readonly quoted: boolean;
}

/** Returns the items between commas, semicolons and line breaks. Those inside quotation marks or angle brackets do not count. */
function itemsOf(text: string): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < text.length;) {
    QUOTED.lastIndex = at;
    const found = QUOTED.exec(text);
    const end = found === null ? endOfBare(text, at) : QUOTED.lastIndex;
    const inside = found?.[1] ?? found?.[2];
    items.push(
      inside === undefined
        ? { item: trimmedName(text.slice(at, end)), quoted: false }
        : { item: inside.replaceAll(ESCAPED, unescaped), quoted: true },
    );
    at = end + 1;
  }
  return items;
}

function unescaped(escape: string, character: string | undefined): string {
  return character ?? escape.charAt(0);
}

function endOfBare(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isDelimiter(text.charAt(at))) {
    const closing = closingOf(text.charAt(at));
    const length =
      closing === undefined ? -1 : text.slice(at + 1, at + 1 + NAME_CHARACTERS_MAX).indexOf(closing);
    at += length < 0 ? 1 : length + 2;
  }
  return at;
}

function isDelimiter(character: string): boolean {
  return character === ',' || character === ';' || character === '\n';
}

function closingOf(character: string): string | undefined {
  return character === '"' ? '"' : character === '<' ? '>' : undefined;
}

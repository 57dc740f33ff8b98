import {
  BACKSLASH,
  eachMember,
  elements,
  isArray,
  isObject,
  isString,
  type Span,
} from '../../sources/json/scan.ts';

/**
 * The one form of a JSON value: keys sorted, no blanks, each string escaped as little as possible, numbers with the digits
 * that were sent. Two spellings of one value are equal then, so that their document is not taken for a changed one.
 * @param value in text that was checked
 */
export function canonicalJson(bytes: Buffer, { start, end }: Span): string {
  if (isString(bytes, start)) return canonicalString(bytes.toString('utf8', start, end));
  if (isArray(bytes, start)) {
    const items = [...elements(bytes, start)].map((item) => canonicalJson(bytes, item));
    return `[${items.join(',')}]`;
  }
  if (!isObject(bytes, start)) return bytes.toString('latin1', start, end);
  const members: (readonly [key: string, value: string])[] = [];
  eachMember(bytes, start, (key, from, to) => {
    members.push([key, canonicalJson(bytes, { start: from, end: to })]);
  });
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

/** A string whose escapes are all as short as they can be; one of these is needed in nearly every text. */
const SHORT_ESCAPES = /^[^\\]*(?:\\["\\bfnrt][^\\]*)*$/;

/** @param json with its quotation marks. Most strings are in their one form already, and reading them costs more than the look. */
export function canonicalString(json: string): string {
  return SHORT_ESCAPES.test(json) ? json : JSON.stringify(JSON.parse(json));
}

const SHORT_ESCAPED = new Set(Buffer.from('"\\bfnrt'));

/** The same of bytes: most of a document is one long string, and decoding it only to look at it is felt. */
export function isCanonicalString(json: Buffer): boolean {
  for (let at = json.indexOf(BACKSLASH); at >= 0; at = json.indexOf(BACKSLASH, at + 2)) {
    if (!SHORT_ESCAPED.has(json[at + 1] ?? 0)) return false;
  }
  return true;
}

/** An escape after an even number of backslashes is one; after an odd number, its own backslash is escaped. */
const NUL = /(?<!\\)(?:\\\\)*\\u0000/;
/** Whole pairs are written as themselves in canonical JSON. */
const SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** Whether canonical JSON holds a NUL character in a string. */
export function holdsNul(canonical: string): boolean {
  return canonical.includes('\\u0000') && NUL.test(canonical);
}

export const HALF_PAIR = 'it holds half of a surrogate pair, which is no character';

/** Whether canonical JSON holds half of a surrogate pair. It is no character, and all halves would become the same in UTF-8. */
export function holdsHalfPair(canonical: string): boolean {
  return canonical.includes('\\ud') && SURROGATE.test(canonical);
}

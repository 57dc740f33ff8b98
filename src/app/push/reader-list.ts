import { principals } from '../../pipeline/acl.ts';
import { ByteWriter } from '../../pipeline/byte-writer.ts';
import { byteAt } from '../../pipeline/in-range.ts';
import { BACKSLASH, BRACKET, BRACKET_END, COMMA, QUOTE, SPACE } from '../../sources/json/scan.ts';
import { isPlainBefore, type CanonicalJson } from './canonical-json.ts';

const BYTES_TYPICAL = 1_024;
const ASCII_END = 0x80;
const AT = 0x40;
const LETTER_A = 0x41;
const LETTER_Z = 0x5a;

/** The readers that one field of an event names, sorted and each once. Used again for each event. */
export class ReaderList {
  count = 0;
  /** A JSON array of strings, canonical. */
  readonly json = new ByteWriter(BYTES_TYPICAL);

  clear(): void {
    this.count = 0;
    this.json.length = 0;
    this.json.byte(BRACKET);
    this.json.byte(BRACKET_END);
  }

  /** @param strings sees what may have escapes. @returns false if the value is no list of names */
  read(bytes: Buffer, start: number, end: number, strings: CanonicalJson): boolean {
    this.count = sortedNames(bytes, start, end);
    this.json.length = 0;
    if (this.count > 0) {
      this.json.raw(bytes, start, end);
      return true;
    }
    const json = bytes.toString('utf8', start, end);
    const names: unknown = JSON.parse(json);
    if (!Array.isArray(names)) return false;
    if (!names.every((name) => typeof name === 'string' && name.trim() !== '')) return false;
    const sorted = principals(json, 'json');
    this.count = sorted.length;
    this.json.utf8(strings.watched(JSON.stringify(sorted)));
    return true;
  }
}

/**
 * How many names a list has that needs no change: no blanks between them, ASCII without escapes, addresses in lower case,
 * sorted, each once. 0 if it may need one: then it is parsed and written anew.
 */
function sortedNames(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] !== BRACKET) return 0;
  let names = 0;
  let previous = start;
  for (let at = start + 1; at < end; at++) {
    const nameEnd = plainNameEnd(bytes, at);
    if (nameEnd === 0 || (names > 0 && !isPlainBefore(bytes, previous, at))) return 0;
    names++;
    previous = at;
    at = nameEnd;
    const byte = bytes[at];
    if (byte === BRACKET_END) return at + 1 === end ? names : 0;
    if (byte !== COMMA) return 0;
  }
  return 0;
}

/** Behind a string that is a name as it stands; 0 if it may not be one. */
function plainNameEnd(bytes: Buffer, start: number): number {
  if (bytes[start] !== QUOTE) return 0;
  let isAddress = false;
  let hasCapital = false;
  let at = start + 1;
  for (let byte = byteAt(bytes, at); byte !== QUOTE; byte = byteAt(bytes, at)) {
    if (byte === BACKSLASH || byte >= ASCII_END) return 0;
    if (byte === AT) isAddress = true;
    else if (byte >= LETTER_A && byte <= LETTER_Z) hasCapital = true;
    at++;
  }
  const isTrimmed = at > start + 1 && bytes[start + 1] !== SPACE && bytes[at - 1] !== SPACE;
  return isTrimmed && !(isAddress && hasCapital) ? at + 1 : 0;
}

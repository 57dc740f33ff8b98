import { unreadableReaders } from '../../pipeline/readers/acl.ts';
import { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';
import { byteAt } from '../../pipeline/document/in-range.ts';
import { quotedValue } from '../../pipeline/document/quoted-value.ts';
import { isPlainName } from '../../pipeline/readers/plain-names.ts';
import { readReaders } from '../../pipeline/readers/reader-list.ts';
import { BACKSLASH, BRACKET, BRACKET_END, COMMA, QUOTE } from '../../json/scan.ts';
import { plainStringPrecedes, type CanonicalJson } from '../../json/canonical.ts';
import type { EventRejection } from '../event-rejection.ts';

const BYTES_TYPICAL = 1_024;
const AT = 0x40;
const LETTER_A = 0x41;
const LETTER_Z = 0x5a;

/** The readers that one field of an event names, sorted and without duplicates. The object is reused for each event. */
export class ReaderList {
  count = 0;
  /** The names as a canonical JSON array of strings. */
  readonly json = new ByteWriter(BYTES_TYPICAL);

  clear(): void {
    this.count = 0;
    this.json.length = 0;
    this.json.byte(BRACKET);
    this.json.byte(BRACKET_END);
  }

  /**
   * @param field the name of the field that has the value
   * @param strings inspects text that may contain escapes
   * @returns why the value is not a list of names
   */
  read(
    field: string,
    bytes: Buffer,
    start: number,
    end: number,
    strings: CanonicalJson,
  ): EventRejection | undefined {
    this.count = sortedNames(bytes, start, end);
    this.json.length = 0;
    if (this.count > 0) {
      this.json.raw(bytes, start, end);
      return undefined;
    }
    const json = bytes.toString('utf8', start, end);
    const names: unknown = JSON.parse(json);
    if (!isListOfTexts(names)) {
      const reason = `its ${field} is not a list of names: ${quotedValue(json)}`;
      return { code: 'FIELD_INVALID', reason };
    }
    const read = readReaders(json, { kind: 'json' });
    if (!('names' in read)) return unreadableReaders(field, 'unreadable' in read ? read.unreadable : json);
    this.count = read.names.length;
    this.json.utf8(strings.watched(JSON.stringify(read.names)));
    return undefined;
  }
}

function isListOfTexts(names: unknown): boolean {
  return Array.isArray(names) && names.every((name) => typeof name === 'string' && name.trim() !== '');
}

/**
 * Returns how many names a list has that needs no change: no blanks between names, ASCII without escapes, addresses in lower
 * case, sorted, no duplicates. Returns 0 if the list may need a change: then it is parsed and rewritten.
 */
function sortedNames(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] !== BRACKET) return 0;
  let names = 0;
  let previous = start;
  for (let at = start + 1; at < end; at++) {
    const nameEnd = plainNameEnd(bytes, at);
    if (nameEnd === 0 || (names > 0 && !plainStringPrecedes(bytes, previous, at))) return 0;
    names++;
    previous = at;
    at = nameEnd;
    const byte = bytes[at];
    if (byte === BRACKET_END) return at + 1 === end ? names : 0;
    if (byte !== COMMA) return 0;
  }
  return 0;
}

/** Returns where a string ends that is already a valid name; 0 if it may not be one. */
function plainNameEnd(bytes: Buffer, start: number): number {
  if (bytes[start] !== QUOTE) return 0;
  let isAddress = false;
  let hasCapital = false;
  let at = start + 1;
  for (let byte = byteAt(bytes, at); byte !== QUOTE; byte = byteAt(bytes, at)) {
    if (byte === BACKSLASH) return 0;
    if (byte === AT) isAddress = true;
    else if (byte >= LETTER_A && byte <= LETTER_Z) hasCapital = true;
    at++;
  }
  return isPlainName(bytes, start + 1, at) && !(isAddress && hasCapital) ? at + 1 : 0;
}

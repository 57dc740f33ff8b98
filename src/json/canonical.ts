import type { ByteWriter } from '../pipeline/bytes/byte-writer.ts';
import { byteAt, intAt } from '../pipeline/document/in-range.ts';
import {
  afterBlanks,
  BACKSLASH,
  BRACE,
  BRACE_END,
  BRACKET,
  BRACKET_END,
  COMMA,
  endOfString,
  endOfValue,
  QUOTE,
  textAt,
} from './scan.ts';

const COLON = 0x3a;
const ASCII_END = 0x80;
const SHORT_ESCAPED = Buffer.alloc(256);
for (const byte of Buffer.from('"\\bfnrt')) SHORT_ESCAPED[byte] = 1;

/** The count of numbers kept per member: the offset of its key and the offset of its value. */
const STRIDE = 2;
const MEMBERS_TYPICAL = 64;
/** Objects with at most this many members are sorted by insertion, without allocating objects for them. */
const INSERTED_MAX = 24;

/**
 * Matches an escaped NUL. After an odd number of backslashes the `\u0000` is literal text, because its own backslash is escaped.
 */
const NUL = /(?<!\\)(?:\\\\)*\\u0000/;
/** Matches an escaped lone surrogate. Canonical JSON writes complete pairs as themselves. */
const SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** Returns the canonical form of a string, with its quotation marks: as few characters as possible are escaped. */
export function canonicalString(json: string): string {
  return JSON.stringify(JSON.parse(json));
}

/** Whether canonical JSON contains a lone surrogate. It is not a character, and UTF-8 would map all of them to the same one. */
export function canonicalHasLoneSurrogate(canonical: string): boolean {
  return canonical.includes('\\ud') && SURROGATE.test(canonical);
}

/**
 * Writes checked JSON in canonical form: keys are sorted, blanks are removed, strings have as few escapes as possible, and
 * numbers keep the digits that were sent. Two spellings of one value are then equal, so the document does not count as changed.
 * Bytes that are already canonical, which most are, are copied.
 */
export class CanonicalJson {
  /** Whether a string contained a lone surrogate since this was last set to false. */
  halfPair = false;
  /** Whether a string contained a NUL character since this was last set to false. */
  nul = false;
  /** Holds the members of the nested objects that are being written. */
  #members = new Int32Array(MEMBERS_TYPICAL * STRIDE);
  #count = 0;

  /** @returns the end of the value */
  write(bytes: Buffer, start: number, out: ByteWriter): number {
    switch (bytes[start]) {
      case QUOTE:
        return this.#string(bytes, start, out);
      case BRACE:
        return this.#object(bytes, start, out);
      case BRACKET:
        return this.#list(bytes, start, out);
      case undefined:
      default: {
        const end = endOfValue(bytes, start);
        out.raw(bytes, start, end);
        return end;
      }
    }
  }

  /** Returns canonical JSON that is about to be written, and records whether it contains lone surrogates or NUL. */
  watched(canonical: string): string {
    this.halfPair ||= canonicalHasLoneSurrogate(canonical);
    this.nul ||= canonical.includes('\\u0000') && NUL.test(canonical);
    return canonical;
  }

  #string(bytes: Buffer, start: number, out: ByteWriter): number {
    let at = start + 1;
    let short = true;
    for (let byte = byteAt(bytes, at); byte !== QUOTE; byte = byteAt(bytes, at)) {
      if (byte === BACKSLASH) {
        at++;
        if (byteAt(SHORT_ESCAPED, byteAt(bytes, at)) === 0) short = false;
      }
      at++;
    }
    at++;
    if (short) out.raw(bytes, start, at);
    else out.utf8(this.watched(canonicalString(bytes.toString('utf8', start, at))));
    return at;
  }

  #list(bytes: Buffer, start: number, out: ByteWriter): number {
    out.byte(BRACKET);
    let at = afterBlanks(bytes, start + 1);
    while (bytes[at] !== BRACKET_END) {
      at = afterBlanks(bytes, this.write(bytes, at, out));
      if (bytes[at] !== COMMA) continue;
      out.byte(COMMA);
      at = afterBlanks(bytes, at + 1);
    }
    out.byte(BRACKET_END);
    return at + 1;
  }

  #object(bytes: Buffer, start: number, out: ByteWriter): number {
    const first = this.#count;
    const end = this.#gather(bytes, start);
    const last = this.#count;
    out.byte(BRACE);
    for (let member = first; member < last; member++) {
      if (member > first) out.byte(COMMA);
      this.#string(bytes, this.#key(member), out);
      out.byte(COLON);
      this.write(bytes, intAt(this.#members, member * STRIDE + 1), out);
    }
    out.byte(BRACE_END);
    this.#count = first;
    return end;
  }

  /** Pushes the members of an object onto the member stack, sorted. @returns the end of the object */
  #gather(bytes: Buffer, start: number): number {
    const first = this.#count;
    let plain = true;
    let at = afterBlanks(bytes, start + 1);
    while (bytes[at] !== BRACE_END) {
      const keyEnd = endOfString(bytes, at);
      plain &&= isPlain(bytes, at, keyEnd);
      // This skips the colon.
      const value = afterBlanks(bytes, afterBlanks(bytes, keyEnd) + 1);
      this.#add(at, value);
      at = afterBlanks(bytes, endOfValue(bytes, value));
      if (bytes[at] === COMMA) at = afterBlanks(bytes, at + 1);
    }
    if (plain && this.#count - first <= INSERTED_MAX) this.#sortPlain(bytes, first);
    else this.#sort(bytes, first);
    return at + 1;
  }

  #add(key: number, value: number): void {
    const at = this.#count * STRIDE;
    if (at === this.#members.length) {
      const grown = new Int32Array(at * 2);
      grown.set(this.#members);
      this.#members = grown;
    }
    this.#members[at] = key;
    this.#members[at + 1] = value;
    this.#count++;
  }

  #key(member: number): number {
    return intAt(this.#members, member * STRIDE);
  }

  #sortPlain(bytes: Buffer, first: number): void {
    const members = this.#members;
    for (let member = first + 1; member < this.#count; member++) {
      const key = this.#key(member);
      const value = intAt(members, member * STRIDE + 1);
      let place = member;
      while (place > first && plainStringPrecedes(bytes, key, this.#key(place - 1))) {
        members.copyWithin(place * STRIDE, (place - 1) * STRIDE, place * STRIDE);
        place--;
      }
      members[place * STRIDE] = key;
      members[place * STRIDE + 1] = value;
    }
  }

  /** Sorts members by the text of their keys, which can differ from the order of the key bytes. */
  #sort(bytes: Buffer, first: number): void {
    const entries: { readonly text: string; readonly key: number; readonly value: number }[] = [];
    for (let member = first; member < this.#count; member++) {
      const key = this.#key(member);
      const text = textAt(bytes, key, endOfString(bytes, key));
      entries.push({ text, key, value: intAt(this.#members, member * STRIDE + 1) });
    }
    entries.sort((one, other) => (one.text < other.text ? -1 : 1));
    this.#count = first;
    for (const { key, value } of entries) this.#add(key, value);
  }
}

/** Whether a string is ASCII without escapes, so that its bytes are its text. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = byteAt(bytes, at);
    if (byte === BACKSLASH || byte >= ASCII_END) return false;
  }
  return true;
}

/** Whether one plain string sorts before another one. */
export function plainStringPrecedes(bytes: Buffer, one: number, other: number): boolean {
  for (let index = 1; ; index++) {
    const left = byteAt(bytes, one + index);
    const right = byteAt(bytes, other + index);
    if (left === right && left !== QUOTE) continue;
    if (right === QUOTE) return false;
    return left === QUOTE || left < right;
  }
}

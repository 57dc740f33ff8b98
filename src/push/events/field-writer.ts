import { isUtf8 } from 'node:buffer';
import { notUtf8 } from '../../pipeline/readers/acl.ts';
import type { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';
import { loneSurrogate } from '../../pipeline/json/json-columns.ts';
import type { ItemReader } from '../../json/item-reader.ts';
import { isString } from '../../json/scan.ts';
import { canonicalString, type CanonicalJson } from '../../json/canonical.ts';
import { fieldName, NO_MEMBER, type EventFields, type Field } from './event-fields.ts';
import type { EventRejection } from '../event-rejection.ts';

const LETTER_N = 0x6e;

/** Thrown while an event is written, when it cannot be a document. */
export class Rejected extends Error {
  readonly rejection: EventRejection;

  constructor(code: EventRejection['code'], reason: string) {
    super(reason);
    this.rejection = { code, reason };
  }
}

/** Writes the fields of one event, each in canonical form. */
export class FieldWriter {
  readonly bytes: Buffer;
  readonly fields: EventFields;
  readonly out: ByteWriter;
  readonly json: CanonicalJson;
  readonly #members: ItemReader['members'];
  /** Whether the event is valid UTF-8, except for fields that are never read. */
  readonly #isText: boolean;

  constructor(
    { text, members, start, end }: ItemReader,
    fields: EventFields,
    out: ByteWriter,
    json: CanonicalJson,
  ) {
    this.bytes = text;
    this.fields = fields;
    this.out = out;
    this.json = json;
    this.#members = members;
    this.#isText = isUtf8(text.subarray(start, end));
  }

  /** Returns where a value begins; -1 if it is null or missing. */
  start(field: Field): number {
    const member = this.fields.member(field);
    if (member === NO_MEMBER) return -1;
    const start = this.#members.start(member);
    return this.bytes[start] === LETTER_N ? -1 : start;
  }

  end(field: Field): number {
    return this.#members.end(this.fields.member(field));
  }

  /**
   * Writes a required string.
   * @returns its size in bytes as it was sent
   * @throws Rejected if the value is not a string, is null or is missing
   */
  required(field: Field): number {
    const written = this.text(field);
    if (written > 0) return written;
    const reason = `an UPSERT is a whole document, and this one has no ${fieldName(field)}`;
    throw new Rejected('FIELD_MISSING', reason);
  }

  /**
   * Writes an optional string.
   * @returns its size in bytes as it was sent; 0 if it is null or missing
   * @throws Rejected if the value is not a string
   */
  text(field: Field): number {
    const start = this.#string(field);
    if (start < 0) return 0;
    const end = this.end(field);
    if (this.#members.hasLongEscapes(this.fields.member(field))) this.out.utf8(this.#rewritten(start, end));
    else this.out.raw(this.bytes, start, end);
    this.requireWhole(field);
    return end - start;
  }

  /**
   * Must be called after a field was written.
   * @throws Rejected if the field contains a lone surrogate, as an escape or as bytes
   */
  requireWhole(field: Field): void {
    const name = fieldName(field);
    if (this.json.halfPair) throw new Rejected('INVALID_UTF8', loneSurrogate(name).reason);
    if (this.#isText) return;
    const bytes = this.bytes.subarray(this.start(field), this.end(field));
    if (!isUtf8(bytes)) throw new Rejected('INVALID_UTF8', notUtf8(name).reason);
  }

  /**
   * Returns a string as canonical JSON without writing it; undefined if it is null or missing. @throws Rejected if it is not a
   * string
   */
  canonical(field: Field): string | undefined {
    const start = this.#string(field);
    return start < 0 ? undefined : this.#rewritten(start, this.end(field));
  }

  #rewritten(start: number, end: number): string {
    return this.json.watched(canonicalString(this.bytes.toString('utf8', start, end)));
  }

  #string(field: Field): number {
    const start = this.start(field);
    if (start >= 0 && !isString(this.bytes, start)) {
      throw new Rejected('FIELD_INVALID', `its ${fieldName(field)} is not a string`);
    }
    return start;
  }
}

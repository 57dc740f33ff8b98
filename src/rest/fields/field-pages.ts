import { BridgeError } from '../../core/errors.ts';
import type { FieldValue } from '../../json/field.ts';
import { BRACE, BRACE_END, BRACKET, BRACKET_END, COMMA, eachMember, isObject } from '../../json/scan.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { FIELDS_PAGE_BYTES_MAX } from '../limits.ts';
import type { FoundRecord, Page, RecordPages } from '../listing/page.ts';
import { PageStage } from '../page-stage.ts';

/** Fields that records receive. */
export interface AddedFields {
  /** Their names, which are plain keys. A member of the record with one of these names is replaced, or removed without a value. */
  readonly names: readonly string[];
  /** @returns for each name its value, or undefined for a field that this record does not get */
  valuesOf(bytes: Buffer, record: FoundRecord): readonly (FieldValue | undefined)[];
}

/** Adds fields to the records of a listing. The bytes of the other members are copied as they are. */
export class FieldPages extends PageStage {
  readonly #pages: RecordPages;
  readonly #fields: AddedFields;
  readonly #words: DefinitionWords;

  constructor(pages: RecordPages, fields: AddedFields, words: DefinitionWords) {
    super();
    this.#pages = pages;
    this.#fields = fields;
    this.#words = words;
  }

  protected get listing(): RecordPages {
    return this.#pages;
  }

  /** @throws BridgeError SOURCE_ANSWER_TOO_LARGE if a page is too large with its new fields */
  async *[Symbol.asyncIterator](): AsyncGenerator<Page, void> {
    for await (const page of this.#pages) {
      yield {
        ...this.#rewritten(page),
        answered: page.answered,
        first: page.first,
        ...(page.continues === undefined ? {} : { continues: page.continues }),
        ...(page.partition === undefined ? {} : { partition: page.partition }),
        // The next place is determined only when the consumer asks for it.
        get next() {
          return page.next;
        },
      };
    }
  }

  /** The page as a list of its records. */
  #rewritten({ bytes, records }: Page): Pick<Page, 'bytes' | 'records'> {
    const text = new JsonPieces(this.#words);
    text.byte(BRACKET);
    const rewritten = records.map((record, index): FoundRecord => {
      if (index > 0) text.byte(COMMA);
      const start = text.length;
      if (isObject(bytes, record.start)) this.#write(bytes, record, text);
      else text.raw(bytes, record.start, record.end);
      return { start, end: text.length };
    });
    text.byte(BRACKET_END);
    return { bytes: text.toBuffer(), records: rewritten };
  }

  #write(bytes: Buffer, record: FoundRecord, text: JsonPieces): void {
    const { names } = this.#fields;
    const values = this.#fields.valuesOf(bytes, record);
    text.byte(BRACE);
    let isFirst = true;
    const member = (name: string, from: Buffer, start: number, end: number): void => {
      if (!isFirst) text.byte(COMMA);
      isFirst = false;
      text.text(`${JSON.stringify(name)}:`);
      text.raw(from, start, end);
    };
    const replaced = new Set(names);
    eachMember(bytes, record.start, (key, start, end) => {
      if (!replaced.has(key)) member(key, bytes, start, end);
    });
    names.forEach((name, index) => {
      const value = values[index];
      if (value !== undefined) member(name, value.bytes, value.start, value.end);
    });
    text.byte(BRACE_END);
  }
}

class JsonPieces {
  length = 0;
  readonly #pieces: Buffer[] = [];
  readonly #words: DefinitionWords;

  constructor(words: DefinitionWords) {
    this.#words = words;
  }

  byte(value: number): void {
    this.#add(Buffer.of(value));
  }

  text(value: string): void {
    this.#add(Buffer.from(value));
  }

  raw(bytes: Buffer, start: number, end: number): void {
    this.#add(bytes.subarray(start, end));
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#pieces, this.length);
  }

  #add(piece: Buffer): void {
    this.length += piece.length;
    this.#pieces.push(piece);
    if (this.length <= FIELDS_PAGE_BYTES_MAX) return;
    const { at } = this.#words;
    throw new BridgeError(
      'SOURCE_ANSWER_TOO_LARGE',
      `A page has more than ${FIELDS_PAGE_BYTES_MAX} bytes with the fields of ${at('fields')} and ${at('parentFields')}.`,
      { hint: `Request smaller pages, or copy smaller values with ${at('parentFields')}.` },
    );
  }
}

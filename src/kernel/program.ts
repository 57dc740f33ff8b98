import * as codes from './program-codes.ts';

/** How a value of a column is written, apart from JSON. */
export type TextForm = 'verbatim' | 'boolean' | 'timestamp';
/** How a value of a column is written as JSON: `verbatim` as a string. */
export type JsonForm = TextForm | 'number';

const FORMS: Readonly<Record<JsonForm, number>> = {
  verbatim: codes.FORM_VERBATIM,
  boolean: codes.FORM_BOOLEAN,
  timestamp: codes.FORM_TIMESTAMP,
  number: codes.FORM_NUMBER,
};

/** Places in the output that the program keeps. The JSON values are in the line, and strings include their quotes. */
const MARKS = {
  id: [codes.MARK_ID, codes.MARK_ID_END],
  content: [codes.MARK_CONTENT, codes.MARK_CONTENT_END],
  contentJson: [codes.MARK_CONTENT_JSON, codes.MARK_CONTENT_JSON_END],
  idJson: [codes.MARK_ID_JSON, codes.MARK_ID_JSON_END],
  metadata: [codes.MARK_METADATA, codes.MARK_METADATA_END],
  title: [codes.MARK_TITLE, codes.MARK_TITLE_END],
  uri: [codes.MARK_URI, codes.MARK_URI_END],
} as const;

export type MarkedSpan = keyof typeof MARKS;

/** Single places of the two lines. */
export const PLACES = {
  line: codes.MARK_LINE,
  digestEnd: codes.MARK_DIGEST_END,
  checksum: codes.MARK_CHECKSUM,
  lineEnd: codes.MARK_LINE_END,
  recordEnd: codes.MARK_RECORD_END,
} as const;

const LISTS = { groups: codes.GROUPS, users: codes.USERS } as const;
export type ReaderList = keyof typeof LISTS;

/**
 * A byte of a value becomes at most 1 byte of content, 6 of JSON, 7 of JSON in JSON and 4/3 of base64; a byte of an id also 3 of
 * an encoded id, each of which counts again. The sums are rounded up.
 */
const VALUE_WEIGHT = 16;
const ID_WEIGHT = 32;
/** What an operation writes in addition to the bytes of a value: quotes, a longer offset, `null`; and up to 15 spare bytes. */
const OPERATION_BYTES = 128;
/** A list of readers in the line, and again in lower case, as `assembly/readers.ts` has them. */
const LIST_BYTES = 512;
const READERS_MAX = 16;
const BYTE_VALUES = 256;
/** The column of a list that the mapping does not have. */
const NO_COLUMN = 0xffff_ffff;

/** A program that is not in a kernel yet. */
export interface KernelProgram {
  readonly columns: number;
  readonly code: readonly number[];
  /** The places in `code` of offsets in `data`. */
  readonly references: readonly number[];
  readonly data: Uint8Array;
  /** For each column the bytes of output that one byte of it can become. */
  readonly weights: readonly number[];
  /** The bytes of output that do not depend on the row, at most. */
  readonly fixedBytes: number;
  /** Whether a document without a link lacks one. */
  readonly makesLinks: boolean;
}

/** Encodes the operations of a program in the order of the output. Columns are indexes. */
export class ProgramBuilder {
  makesLinks = false;
  readonly #code: number[] = [];
  readonly #references: number[] = [];
  readonly #data: Uint8Array[] = [];
  readonly #tables = new Map<Uint8Array, number>();
  readonly #weights: number[];
  #dataLength = 0;
  #fixedBytes = OPERATION_BYTES;

  constructor(columns: number) {
    this.#weights = Array.from({ length: columns }, () => 0);
  }

  literal(text: string | Uint8Array): this {
    const bytes = Buffer.from(text);
    if (bytes.length === 0) return this;
    this.#operation(codes.LITERAL);
    this.#reference(this.#store(bytes));
    this.#code.push(bytes.length);
    this.#fixedBytes += VALUE_WEIGHT * bytes.length;
    return this;
  }

  text(column: number, form: TextForm): this {
    return this.#value(codes.TEXT, column, FORMS[form]);
  }

  textInJson(column: number, form: TextForm): this {
    return this.#value(codes.TEXT_IN_JSON, column, FORMS[form]);
  }

  json(column: number, form: JsonForm): this {
    return this.#value(codes.JSON_VALUE, column, FORMS[form], 0);
  }

  jsonArray(column: number, element: JsonForm): this {
    return this.#value(codes.JSON_VALUE, column, codes.FORM_ARRAY, FORMS[element]);
  }

  time(column: number, form: TextForm): this {
    return this.#value(codes.TIME, column, FORMS[form]);
  }

  idPart(column: number, form: TextForm): this {
    this.#weigh(column, ID_WEIGHT - VALUE_WEIGHT);
    return this.#value(codes.ID_PART, column, FORMS[form]);
  }

  /** @param kept one byte for each byte value: 1 if a link keeps it; a row with any other byte is left */
  uriValue(column: number, form: TextForm, kept: Uint8Array): this {
    if (kept.length !== BYTE_VALUES) throw new RangeError(`a table of ${kept.length} bytes`);
    const table = this.#tables.get(kept) ?? this.#store(kept);
    this.#tables.set(kept, table);
    this.#value(codes.URI_VALUE, column, FORMS[form]);
    this.#reference(table);
    return this;
  }

  begin(span: MarkedSpan): this {
    return this.#operation(codes.MARK, MARKS[span][0]);
  }

  end(span: MarkedSpan): this {
    return this.#operation(codes.MARK, MARKS[span][1]);
  }

  place(place: keyof typeof PLACES): this {
    return this.#operation(codes.MARK, PLACES[place]);
  }

  /** The bytes of a span as the inside of a JSON string. */
  escaped(span: MarkedSpan): this {
    return this.#operation(codes.ESCAPE, ...MARKS[span]);
  }

  base64(span: MarkedSpan): this {
    return this.#operation(codes.BASE64, ...MARKS[span]);
  }

  /** @param column undefined for a list that is empty in every row */
  readers(list: ReaderList, column: number | undefined): this {
    this.#fixedBytes += LIST_BYTES;
    if (column !== undefined) this.#weigh(column, VALUE_WEIGHT);
    return this.#operation(codes.READERS, LISTS[list], column ?? NO_COLUMN);
  }

  /** @param opening begins the object of each reader, `{"userId":` */
  principals(list: ReaderList, opening: string): this {
    const bytes = Buffer.from(opening);
    this.#operation(codes.PRINCIPALS, LISTS[list]);
    this.#reference(this.#store(bytes));
    this.#code.push(bytes.length);
    this.#fixedBytes += READERS_MAX * (bytes.length + OPERATION_BYTES);
    return this;
  }

  readableId(charactersMax: number): this {
    return this.#operation(codes.READABLE_ID, charactersMax);
  }

  checkText(column: number): this {
    return this.#operation(codes.CHECK_TEXT, column);
  }

  checkId(emptyBytes: number, bytesMax: number): this {
    return this.#operation(codes.CHECK_ID, emptyBytes, bytesMax);
  }

  checkContent(bytesMax: number, needsText: boolean): this {
    return this.#operation(codes.CHECK_CONTENT, bytesMax, needsText ? 1 : 0);
  }

  checkReaders(): this {
    return this.#operation(codes.CHECK_READERS);
  }

  room(bytes: number): this {
    this.#fixedBytes += bytes;
    return this.#operation(codes.ROOM, bytes);
  }

  build(): KernelProgram {
    return {
      columns: this.#weights.length,
      code: [...this.#code, codes.END],
      references: this.#references,
      data: Buffer.concat(this.#data),
      weights: this.#weights,
      fixedBytes: this.#fixedBytes,
      makesLinks: this.makesLinks,
    };
  }

  #value(code: number, column: number, ...operands: readonly number[]): this {
    this.#weigh(column, VALUE_WEIGHT);
    return this.#operation(code, column, ...operands);
  }

  #operation(code: number, ...operands: readonly number[]): this {
    this.#fixedBytes += OPERATION_BYTES;
    this.#code.push(code, ...operands);
    return this;
  }

  #weigh(column: number, weight: number): void {
    this.#weights[column] = (this.#weights[column] ?? 0) + weight;
  }

  #reference(offset: number): void {
    this.#references.push(this.#code.length);
    this.#code.push(offset);
  }

  /** @returns the offset in the data */
  #store(bytes: Uint8Array): number {
    const offset = this.#dataLength;
    this.#data.push(bytes);
    this.#dataLength += bytes.length;
    return offset;
  }
}

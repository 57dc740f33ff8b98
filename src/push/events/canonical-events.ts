import { CONTENT_TYPES } from '../../definitions/connector/rules/gemini.ts';
import { aclOf, contentConfigOf, type Connector } from '../../definitions/connector/types.ts';
import { uriFault } from '../../definitions/templates/uri-text.ts';
import { ACL_PRINCIPALS_MAX, CONTENT_BYTES_MAX, DOCUMENT_BYTES_MAX } from '../../core/limits.ts';
import { readTime } from '../../core/text/time-text.ts';
import { hasText, NO_TEXT } from '../../pipeline/bytes/blank-text.ts';
import type { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';
import { byteAt } from '../../pipeline/document/in-range.ts';
import type { ItemReader } from '../../json/item-reader.ts';
import { BACKSLASH, isObject, QUOTE } from '../../json/scan.ts';
import { MIME_TYPE_DEFAULT } from '../../pipeline/mapping/compile-mapping.ts';
import { CanonicalJson } from '../../json/canonical.ts';
import { FIELD, fieldName, type EventFields, type Field } from './event-fields.ts';
import { FieldWriter, Rejected } from './field-writer.ts';
import { ReaderList } from './reader-list.ts';
import { quoted, type EventRejection } from '../event-rejection.ts';

const SPACE = 0x20;
const ASCII_END = 0x80;
const TYPES_TAKEN: ReadonlySet<string> = new Set(CONTENT_TYPES.map((type) => JSON.stringify(type)));
/** Matches RFC 3339 timestamps and plain dates, which are kept unchanged. */
const TIME = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d))?$/;
const DATE_LENGTH = 10;

/** Checks events that are already documents, and writes them in canonical form. */
export class CanonicalEvents {
  readonly #acl: 'required' | 'off';
  readonly #hasNoContent: boolean;
  readonly #mimeType: Buffer;
  readonly #json = new CanonicalJson();
  readonly #users = new ReaderList();
  readonly #groups = new ReaderList();

  constructor({ spec }: Connector) {
    this.#acl = aclOf(spec);
    this.#hasNoContent = contentConfigOf(spec) === 'NO_CONTENT';
    this.#mimeType = Buffer.from(JSON.stringify(spec.mapping.mimeType ?? MIME_TYPE_DEFAULT));
  }

  /**
   * Writes the document as canonical JSON, whose keys are in the order in which they are validated.
   * @param docId the document id as JSON
   * @returns why the event cannot be a document; the written bytes are then invalid
   */
  write(
    event: ItemReader,
    fields: EventFields,
    docId: ByteWriter,
    out: ByteWriter,
  ): EventRejection | undefined {
    this.#json.halfPair = false;
    this.#json.nul = false;
    const start = out.length;
    try {
      this.#write(new FieldWriter(event, fields, out, this.#json), docId);
    } catch (thrown) {
      if (thrown instanceof Rejected) return thrown.rejection;
      throw thrown;
    }
    return this.#problem(out.length - start);
  }

  #write(writer: FieldWriter, docId: ByteWriter): void {
    const { out } = writer;
    this.#writeReaders(writer);
    out.latin1('"content":');
    writeContent(writer);
    out.latin1(',"doc_id":');
    out.raw(docId.bytes, 0, docId.length);
    out.latin1(',"metadata":');
    writeMetadata(writer);
    out.latin1(',"mime_type":');
    this.#writeMimeType(writer);
    out.latin1(',"title":');
    writer.required(FIELD.title);
    if (!this.#hasNoContent && isBlank(writer, FIELD.content) && isBlank(writer, FIELD.title)) {
      throw new Rejected(NO_TEXT.code, NO_TEXT.reason);
    }
    out.latin1(',"updated_at":');
    writeTime(writer);
    out.latin1(',"uri":');
    writeUri(writer);
    out.latin1('}');
  }

  #problem(bytes: number): EventRejection | undefined {
    if (bytes > DOCUMENT_BYTES_MAX) {
      const reason = `its document has ${bytes} bytes, of ${DOCUMENT_BYTES_MAX} allowed`;
      return { code: 'DOCUMENT_TOO_LARGE', reason };
    }
    if (!this.#json.nul) return undefined;
    return { code: 'NUL_CHARACTER', reason: 'it holds text with a NUL character (U+0000)' };
  }

  #writeReaders(writer: FieldWriter): void {
    const { fields, out } = writer;
    const [users, groups] = [this.#users, this.#groups];
    readReaders(writer, FIELD.acl_users, users);
    readReaders(writer, FIELD.acl_groups, groups);
    const named = fields.has(FIELD.acl_users) || fields.has(FIELD.acl_groups);
    if (this.#acl === 'off' && !named) {
      out.latin1('{');
      return;
    }
    const count = users.count + groups.count;
    if (count === 0) throw new Rejected('ACL_EMPTY', 'its acl_users and acl_groups name no reader');
    if (count > ACL_PRINCIPALS_MAX) {
      throw new Rejected('ACL_TOO_LARGE', 'its acl_users and acl_groups name too many readers');
    }
    if (this.#acl === 'off') {
      const reason =
        'it names its readers, and the connector has no access control, so everybody would read it';
      throw new Rejected('ACL_NOT_KEPT', reason);
    }
    out.latin1('{"acl_groups":');
    out.raw(groups.json.bytes, 0, groups.json.length);
    out.latin1(',"acl_users":');
    out.raw(users.json.bytes, 0, users.json.length);
    out.latin1(',');
  }

  #writeMimeType(writer: FieldWriter): void {
    const json = writer.canonical(FIELD.mime_type);
    if (json === undefined) writer.out.raw(this.#mimeType);
    else if (this.#hasNoContent || TYPES_TAKEN.has(json)) writer.out.utf8(json);
    else {
      const reason = `its mime_type ${quoted(String(JSON.parse(json)))} is not one of ${CONTENT_TYPES.join(', ')}`;
      throw new Rejected('FIELD_INVALID', reason);
    }
  }
}

function readReaders(writer: FieldWriter, field: Field, list: ReaderList): void {
  list.clear();
  const start = writer.start(field);
  if (start < 0) return;
  writer.requireWhole(field);
  const problem = list.read(fieldName(field), writer.bytes, start, writer.end(field), writer.json);
  if (problem !== undefined) throw new Rejected(problem.code, problem.reason);
  writer.requireWhole(field);
}

/** Whether a string has no visible character. Usually the first character is visible, and the string is not decoded. */
function isBlank(writer: FieldWriter, field: Field): boolean {
  const first = byteAt(writer.bytes, writer.start(field) + 1);
  if (first > SPACE && first < ASCII_END && first !== QUOTE && first !== BACKSLASH) return false;
  const bytes = Buffer.from(String(JSON.parse(writer.canonical(field) ?? '""')));
  return !hasText({ bytes, length: bytes.length });
}

function writeContent(writer: FieldWriter): void {
  const sent = writer.required(FIELD.content);
  // An escape is never shorter than the character that it encodes.
  if (sent <= CONTENT_BYTES_MAX) return;
  const json = writer.canonical(FIELD.content) ?? '""';
  const size = Buffer.byteLength(String(JSON.parse(json)));
  if (size <= CONTENT_BYTES_MAX) return;
  const reason = `its content has ${size} bytes, of ${CONTENT_BYTES_MAX} allowed`;
  throw new Rejected('CONTENT_TOO_LARGE', reason);
}

function writeMetadata(writer: FieldWriter): void {
  const { bytes, json, out } = writer;
  const start = writer.start(FIELD.metadata);
  if (start < 0) {
    out.latin1('{}');
    return;
  }
  if (!isObject(bytes, start)) throw new Rejected('FIELD_INVALID', 'its metadata is not an object');
  json.write(bytes, start, out);
  writer.requireWhole(FIELD.metadata);
}

/** Applies the rule for links that a template makes. A link that may be published is kept as it was sent. */
function writeUri(writer: FieldWriter): void {
  const json = writer.canonical(FIELD.uri);
  if (json === undefined) {
    writer.out.latin1('null');
    return;
  }
  const fault = uriFault(String(JSON.parse(json)));
  if (fault !== undefined) throw new Rejected('URI_INVALID', `its uri ${fault}`);
  writer.text(FIELD.uri);
}

function writeTime(writer: FieldWriter): void {
  const json = writer.canonical(FIELD.updated_at);
  if (json === undefined) {
    writer.out.latin1('null');
    return;
  }
  const text = json.slice(1, -1);
  const time = readTime(text);
  // A plain date is the same day in every time zone, but a time without a zone is a different moment in each of them.
  if (time === undefined || (!time.zoned && time.rfc3339.length > DATE_LENGTH)) {
    throw new Rejected('FIELD_INVALID', 'its updated_at is not a timestamp such as 2026-01-02T03:04:05Z');
  }
  writer.out.latin1(TIME.test(text) ? json : `"${time.rfc3339}"`);
}

import { hash } from 'node:crypto';
import { CONTENT_BYTES_MAX, DOCUMENT_BYTES_MAX, DOC_ID_BYTES_MAX } from '../../core/limits.ts';
import { AclColumn, aclProblem, NO_READERS, type Principals } from '../readers/acl.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { CanonicalRow, READERS_NOT_KEPT } from './canonical-rows.ts';
import { columnFinder } from './columns.ts';
import { DocumentIds } from './document-id.ts';
import { JsonColumns } from '../json/json-columns.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { metadataWriter } from './metadata-writer.ts';
import type { Column } from '../ports/ports.ts';
import type { Rejection } from './rejection.ts';
import type { RowCursor } from './row-cursor.ts';
import { hasText, NO_TEXT } from '../bytes/blank-text.ts';
import { inTemplate, templateWriter, type TemplateWriter } from '../mapping/template-writer.ts';
import { uriWriter } from './uri-writer.ts';
import { hasNulEscape, textFields, TextColumns } from './text-columns.ts';
import { timeWriter, type ValueWriter } from './values.ts';

/** A range of bytes in a document's line. */
export interface Span {
  start: number;
  end: number;
}

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BRACE = 0x7d;
const LINE_BYTES_TYPICAL = 16_384;

/**
 * Renders rows as canonical documents, one line of JSON each. The keys that the index receives come first and are sorted:
 *
 * {"acl_groups":[…],"acl_users":[…],"content":"…","doc_id":"…","metadata":{…},"mime_type":"…","title":"…","uri":…,
 * "checksum":"sha256:…","op":"UPSERT","updated_at":…}
 *
 * The checksum is therefore the SHA-256 of the line up to `uri`, closed with a brace: the canonical JSON of what the index
 * receives. `updated_at` is not included: a row that was only touched is not sent again.
 *
 * The fields hold the last document until the next `render`; only its digest is allocated.
 */
export class DocumentRenderer {
  /** The line, including its line break. */
  readonly line = new ByteWriter(LINE_BYTES_TYPICAL);
  /** The content as plain text, not as JSON. */
  readonly content = new ByteWriter(LINE_BYTES_TYPICAL);
  /** The locations of JSON values in `line`; strings include their quotes. */
  readonly contentJson: Span = { start: 0, end: 0 };
  readonly docId: Span = { start: 0, end: 0 };
  readonly metadata: Span = { start: 0, end: 0 };
  readonly title: Span = { start: 0, end: 0 };
  /** The span is empty when there is no `uri`. */
  readonly uri: Span = { start: 0, end: 0 };
  /** Whether the mapping makes links, so that a document without a link is incomplete. */
  readonly makesLinks: boolean;
  mimeType: string;
  users: Principals = NO_READERS;
  groups: Principals = NO_READERS;
  /** The checksum as 64 hexadecimal digits. */
  digest = '';

  readonly ids: Pick<DocumentIds, 'of' | 'problem'>;
  readonly #text = new ByteWriter(LINE_BYTES_TYPICAL);
  readonly #writeTitle: TemplateWriter;
  readonly #writeContent: TemplateWriter;
  readonly #writeUri: TemplateWriter | undefined;
  readonly #writeMetadata: (row: RowCursor, out: ByteWriter) => void;
  readonly #usersOf: AclColumn | undefined;
  readonly #groupsOf: AclColumn | undefined;
  readonly #updatedAt: { column: number; write: ValueWriter } | undefined;
  readonly #mimeTypeDefault: string;
  readonly #canonical: CanonicalRow | undefined;
  readonly #json: JsonColumns;
  readonly #texts: TextColumns;
  readonly #textRequired: boolean;

  /** @throws BridgeError SOURCE_COLUMN_MISSING listing every column that the mapping names and the source lacks */
  constructor(mapping: Mapping, columns: readonly Column[]) {
    const columnOf = columnFinder(mapping, columns);
    const writer = (template: Mapping['content']) => templateWriter(template, columns, columnOf);
    const canonical = mapping.canonical && new CanonicalRow(mapping.canonical.readersKept, columnOf);
    this.#canonical = canonical;
    this.#mimeTypeDefault = mapping.mimeType;
    this.mimeType = mapping.mimeType;
    this.ids = canonical ?? new DocumentIds(mapping.connector, columns, mapping.idFields.map(columnOf));
    this.#writeTitle = writer(mapping.title);
    this.#writeContent = writer(mapping.content);
    // The link of a canonical document was created when the document was pushed.
    const writeUri = canonical === undefined ? uriWriter : templateWriter;
    this.#writeUri = mapping.uri && writeUri(mapping.uri, columns, columnOf);
    this.makesLinks = mapping.uri !== undefined;
    this.#textRequired = mapping.textRequired;
    this.#writeMetadata =
      canonical === undefined
        ? metadataWriter(mapping.metadataFields, columns, columnOf)
        : (row, out) => {
            canonical.writeMetadata(row, out);
          };
    this.#usersOf = aclColumn(mapping.aclUsersField);
    this.#groupsOf = aclColumn(mapping.aclGroupsField);
    const watermark = mapping.watermarkField === undefined ? -1 : columnOf(mapping.watermarkField);
    const column = columns[watermark];
    const write = column && timeWriter(column);
    this.#updatedAt = write && { column: watermark, write };
    this.#json = new JsonColumns(columns, textFields(mapping).map(columnOf));
    this.#texts = new TextColumns(mapping, columns);

    function aclColumn(name: string | undefined): AclColumn | undefined {
      return name === undefined ? undefined : new AclColumn(columns, columnOf(name));
    }
  }

  get checksum(): string {
    return `sha256:${this.digest}`;
  }

  /** @returns why the row cannot become a document, or undefined after the fields were set */
  render(row: RowCursor, id: string): Rejection | undefined {
    if (Buffer.byteLength(id) > DOC_ID_BYTES_MAX) {
      return { code: 'ID_TOO_LONG', reason: `its id has more than ${DOC_ID_BYTES_MAX} bytes` };
    }
    const { line, content } = this;
    line.length = 0;
    line.nul = false;
    content.length = 0;
    const problem = this.#writeAcl(row) ?? this.#json.problem(row) ?? this.#writeBody(row, id);
    if (problem !== undefined) return problem;
    this.#writeEnd(row);
    return this.#poison(row);
  }

  #writeAcl(row: RowCursor): Rejection | undefined {
    this.users = this.#usersOf?.of(row) ?? NO_READERS;
    this.groups = this.#groupsOf?.of(row) ?? NO_READERS;
    const canonical = this.#canonical;
    const named = this.#usersOf !== undefined || this.#groupsOf !== undefined;
    if (canonical === undefined ? named : canonical.wantsReaders(row)) {
      const problem = aclProblem(this.users, this.groups);
      if (problem !== undefined) return problem;
      if (canonical?.readersKept === false) return READERS_NOT_KEPT;
    }
    this.line.latin1('{"acl_groups":');
    this.line.raw(this.groups.json);
    this.line.latin1(',"acl_users":');
    this.line.raw(this.users.json);
    return undefined;
  }

  #writeBody(row: RowCursor, id: string): Rejection | undefined {
    const { line, content } = this;
    const failed = inTemplate('contentTemplate', this.#writeContent(row, content));
    if (failed !== undefined) return failed;
    if (content.length > CONTENT_BYTES_MAX) {
      return {
        code: 'CONTENT_TOO_LARGE',
        reason: `its content has ${content.length} bytes, of ${CONTENT_BYTES_MAX} allowed`,
      };
    }
    line.latin1(',"content":');
    this.#writeString(content, this.contentJson);
    line.latin1(',"doc_id":');
    this.docId.start = line.length;
    line.utf8(JSON.stringify(id));
    this.docId.end = line.length;
    line.latin1(',"metadata":');
    this.metadata.start = line.length;
    this.#writeMetadata(row, line);
    this.metadata.end = line.length;
    if (this.#canonical !== undefined) this.mimeType = this.#canonical.mimeType(row) ?? this.#mimeTypeDefault;
    line.latin1(',"mime_type":');
    line.utf8(JSON.stringify(this.mimeType));
    line.latin1(',"title":');
    return (
      this.#writeText(row, this.#writeTitle, this.title) ?? this.#withoutText() ?? this.#writeUriText(row)
    );
  }

  #withoutText(): Rejection | undefined {
    return !this.#textRequired || hasText(this.content) || hasText(this.#text) ? undefined : NO_TEXT;
  }

  #writeUriText(row: RowCursor): Rejection | undefined {
    this.line.latin1(',"uri":');
    if (this.#writeUri !== undefined && this.#canonical?.hasUri(row) !== false)
      return inTemplate('uriTemplate', this.#writeText(row, this.#writeUri, this.uri));
    this.line.latin1('null');
    this.uri.end = this.uri.start;
    return undefined;
  }

  #writeText(row: RowCursor, write: TemplateWriter, span: Span): ReturnType<TemplateWriter> {
    const text = this.#text;
    text.length = 0;
    const failed = write(row, text);
    if (failed === undefined) this.#writeString(text, span);
    return failed;
  }

  #writeString(text: ByteWriter, span: Span): void {
    const { line } = this;
    span.start = line.length;
    line.byte(QUOTE);
    line.escaped(text.bytes, 0, text.length);
    line.byte(QUOTE);
    span.end = line.length;
  }

  #writeEnd(row: RowCursor): void {
    const { line } = this;
    line.byte(BRACE);
    this.digest = hash('sha256', line.bytes.subarray(0, line.length), 'hex');
    line.length -= 1;
    line.latin1(`,"checksum":"sha256:${this.digest}","op":"UPSERT","updated_at":`);
    const time = this.#updatedAt;
    if (time === undefined || row.length(time.column) <= 0) {
      line.latin1('null}');
    } else {
      const start = row.start(time.column);
      time.write(line, row.bytes, start, start + row.length(time.column));
      line.byte(BRACE);
    }
    line.byte(LINE_FEED);
  }

  #poison(row: RowCursor): Rejection | undefined {
    const bytes = this.line.bytes.subarray(0, this.line.length);
    if (this.line.length > DOCUMENT_BYTES_MAX) {
      return {
        code: 'DOCUMENT_TOO_LARGE',
        reason: `its document has ${this.line.length} bytes, of ${DOCUMENT_BYTES_MAX} allowed`,
      };
    }
    const wrong = this.#texts.problem(row, bytes);
    if (wrong !== undefined) return wrong;
    if (this.line.nul || hasNulEscape(bytes)) {
      return { code: 'NUL_CHARACTER', reason: 'it holds text with a NUL character (U+0000)' };
    }
    return undefined;
  }
}

import { aclOf, type Connector } from '../../../definitions/connector/types.ts';
import type { ByteSlice } from '../../../pipeline/outgoing/outgoing-document.ts';
import { RowMapper } from '../../../pipeline/map.ts';
import { parseExactJson } from '../../../pipeline/json/exact-json.ts';
import { compileMapping } from '../../../pipeline/mapping/compile-mapping.ts';
import type { RowBatch } from '../../../pipeline/ports/ports.ts';
import { PREVIEW_BYTES_MAX } from '../../limits.ts';
import type { PreviewDocument } from '../preview/preview-service.ts';
import type { PreviewResult } from './preview-order.ts';
import { shownValue } from './shown-value.ts';

/** The keys of a document's line in `upserts.ndjson`. */
interface DocumentLine {
  readonly acl_groups: readonly string[];
  readonly acl_users: readonly string[];
  readonly checksum: string;
  readonly content: string | null;
  readonly doc_id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly mime_type: string | null;
  readonly title: string | null;
  readonly uri: string | null;
}

/** Makes documents of the first rows with the pipeline's own mapping, so that they are those that a run would write. */
export class DocumentReader {
  readonly #connector: Connector;
  readonly #documentsMax: number;
  readonly #shown: (text: string) => string;
  readonly #documents: PreviewDocument[] = [];
  readonly #quarantined: { row: number; reason: string }[] = [];
  #columns: PreviewResult['columns'] = [];
  #mapper: RowMapper | undefined;
  #rows = 0;
  #bytes = 0;
  #limitedBy: PreviewResult['limitedBy'] = null;

  /** @param shown the form in which a text is shown, without secrets */
  constructor(connector: Connector, documentsMax: number, shown: (text: string) => string) {
    this.#connector = connector;
    this.#documentsMax = documentsMax;
    this.#shown = shown;
  }

  /** @returns whether more rows are wanted. @throws BridgeError SOURCE_COLUMN_MISSING */
  add(batch: RowBatch): boolean {
    if (this.#mapper === undefined) {
      const { metadata, spec } = this.#connector;
      this.#mapper = new RowMapper(compileMapping(metadata.name, spec), batch.columns);
      this.#columns = batch.columns.map(({ name, kind }) => ({ name: this.#shown(name), kind }));
    }
    const deleted = new Set(batch.deletes);
    for (let row = 0; row < batch.count; row++) {
      if (deleted.has(row)) continue;
      if (!this.#hasRoom()) return false;
      this.#addRow(this.#mapper, batch, row);
    }
    this.#rows += batch.count;
    // The rows that were read are too large for more of them.
    if (batch.end?.truncated === true) this.#limitedBy = 'bytes';
    return true;
  }

  reject(row: number, reason: string): void {
    if (this.#quarantined.length < this.#documentsMax)
      this.#quarantined.push({ row, reason: this.#shown(reason) });
  }

  get result(): PreviewResult {
    return {
      columns: this.#columns,
      documents: this.#documents,
      quarantined: this.#quarantined,
      limitedBy: this.#limitedBy,
    };
  }

  #hasRoom(): boolean {
    if (this.#documents.length >= this.#documentsMax || this.#quarantined.length >= this.#documentsMax)
      this.#limitedBy = 'documents';
    else if (this.#bytes >= PREVIEW_BYTES_MAX) this.#limitedBy = 'bytes';
    return this.#limitedBy === null;
  }

  #addRow(mapper: RowMapper, batch: RowBatch, row: number): void {
    const firstRow = this.#rows + 1;
    const { rows, rejected } = mapper.identify({ batch, firstRow }, [row]);
    for (const { rejection } of rejected) this.reject(firstRow + row, rejection.reason);
    for (const identified of rows) {
      const rejection = mapper.render({ batch }, identified);
      if (rejection !== undefined) this.reject(firstRow + row, rejection.reason);
      else this.#addDocument(mapper.document.line());
    }
  }

  #addDocument({ bytes, start, end }: ByteSlice): void {
    const line = parseExactJson(bytes.toString('utf8', start, end)) as DocumentLine;
    const document = this.#documentOf(shownValue(line, this.#shown) as DocumentLine, line.checksum);
    const size = Buffer.byteLength(JSON.stringify(document));
    if (this.#bytes + size > PREVIEW_BYTES_MAX && this.#documents.length > 0) {
      this.#limitedBy = 'bytes';
      return;
    }
    this.#bytes += size;
    this.#documents.push(document);
  }

  #documentOf(line: DocumentLine, checksum: string): PreviewDocument {
    const reader = (kind: 'user' | 'group') => (name: string) => ({ kind, name });
    const readers = [...line.acl_users.map(reader('user')), ...line.acl_groups.map(reader('group'))];
    return {
      id: line.doc_id,
      title: line.title,
      content: line.content,
      mimeType: line.mime_type,
      uri: line.uri,
      readers: aclOf(this.#connector.spec) === 'required' ? readers : null,
      metadata: line.metadata,
      checksum,
    };
  }
}

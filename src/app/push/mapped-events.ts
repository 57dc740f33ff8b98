import { mappedFields } from '../../connector/mapped-fields.ts';
import type { Connector } from '../../connector/types.ts';
import { DocumentRenderer, type Rejection } from '../../pipeline/document.ts';
import { RowCursor } from '../../pipeline/row-cursor.ts';
import { RecordRow } from '../../sources/http/row.ts';
import { compileMapping } from '../job.ts';
import { canonicalDocument } from './canonical-document.ts';
import { canonicalJson } from './canonical-json.ts';
import { SingleRow } from './single-row.ts';

/** Maps events with the source's own fields to documents, as the rows of an API are mapped. */
export class MappedEvents {
  readonly #record: RecordRow;
  readonly #row: SingleRow;
  readonly #cursor: RowCursor;
  readonly #renderer: DocumentRenderer;

  constructor({ metadata, spec }: Connector) {
    this.#record = new RecordRow(mappedFields(spec));
    const { columns } = this.#record;
    this.#row = new SingleRow(columns);
    this.#cursor = new RowCursor(columns.length);
    this.#renderer = new DocumentRenderer(compileMapping(metadata.name, spec), columns);
  }

  /** Takes an event, to be rendered next. @returns its document id; undefined if a field of it is missing or empty */
  load(bytes: Buffer, start: number): string | undefined {
    this.#record.load(bytes, start);
    this.#record.append(this.#row);
    this.#cursor.load(this.#row.batch, 0);
    return this.#renderer.ids.of(this.#cursor);
  }

  /** The document of the event that was taken, as canonical JSON, or why it cannot be one. */
  document(docId: string): string | Rejection {
    const renderer = this.#renderer;
    const rejection = renderer.render(this.#cursor, docId);
    if (rejection !== undefined) return rejection;
    const { line, users, groups } = renderer;
    const text = ({ start, end }: { readonly start: number; readonly end: number }) =>
      line.bytes.toString('utf8', start, end);
    const open = users.count + groups.count === 0;
    return canonicalDocument({
      acl: open ? undefined : { users: users.json.toString(), groups: groups.json.toString() },
      content: text(renderer.contentJson),
      docId: text(renderer.docId),
      metadata: canonicalJson(line.bytes, renderer.metadata),
      mimeType: JSON.stringify(renderer.mimeType),
      title: text(renderer.title),
      // A connector that is pushed to has no field that says so.
      updatedAt: 'null',
      uri: renderer.uri.end === 0 ? 'null' : text(renderer.uri),
    });
  }
}

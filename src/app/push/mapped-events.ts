import { mappedFields } from '../../connector/mapped-fields.ts';
import { idFields, type Connector } from '../../connector/types.ts';
import { DocumentRenderer, type Rejection } from '../../pipeline/document.ts';
import { RowCursor } from '../../pipeline/row-cursor.ts';
import { RecordRow } from '../../sources/http/row.ts';
import { compileFieldMapping } from '../job.ts';
import { canonicalDocument } from './canonical-document.ts';
import type { Span } from '../../sources/json/scan.ts';
import { canonicalJson, HALF_PAIR, holdsHalfPair } from './canonical-json.ts';
import { SingleRow } from './single-row.ts';
import type { EventRejection } from './verdict.ts';

/** Maps events with the source's own fields to documents, as the rows of an API are mapped. */
export class MappedEvents {
  readonly #record: RecordRow;
  readonly #row: SingleRow;
  readonly #cursor: RowCursor;
  readonly #renderer: DocumentRenderer;

  readonly #noId: EventRejection;

  constructor({ metadata, spec }: Connector) {
    const names = idFields(spec.mapping).join(', ');
    this.#noId = {
      code: 'ID_MISSING',
      reason: `it has no doc_id, and its id (${names}) is absent, null or empty`,
    };
    this.#record = new RecordRow(mappedFields(spec));
    const { columns } = this.#record;
    this.#row = new SingleRow(columns);
    this.#cursor = new RowCursor(columns.length);
    this.#renderer = new DocumentRenderer(compileFieldMapping(metadata.name, spec), columns);
  }

  /**
   * Takes an event, to be rendered next.
   * @returns its document id, or why it has none
   */
  load(bytes: Buffer, { start, end }: Span): string | EventRejection {
    // Of the parts that are rendered nobody can tell any more: in UTF-8 all halves are the same replacement.
    if (mayHoldHalfPair(bytes, start, end) && holdsHalfPair(canonicalJson(bytes, { start, end }))) {
      return { code: 'INVALID_UTF8', reason: HALF_PAIR };
    }
    this.#record.load(bytes, start);
    this.#record.append(this.#row);
    this.#cursor.load(this.#row.batch, 0);
    return this.#renderer.ids.of(this.#cursor) ?? this.#noId;
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

/** Most text has no such escape at all. */
function mayHoldHalfPair(bytes: Buffer, start: number, end: number): boolean {
  const text = bytes.subarray(start, end);
  return text.includes('\\ud') || text.includes('\\uD');
}

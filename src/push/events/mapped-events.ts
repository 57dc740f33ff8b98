import { mappedFields } from '../../definitions/connector/mapped-fields.ts';
import { RenderBudget } from '../../definitions/templates/render-budget.ts';
import { idFields, type Connector } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { UNAVAILABLE_RETRY_AFTER_SECONDS } from '../../core/limits.ts';
import type { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';
import { DocumentRenderer } from '../../pipeline/document/document.ts';
import type { Rejection } from '../../pipeline/document/rejection.ts';
import { RowCursor } from '../../pipeline/document/row-cursor.ts';
import { RecordRow } from '../../json/record-row.ts';
import { compileFieldMapping } from '../../pipeline/mapping/compile-mapping.ts';
import type { Span } from '../../json/scan.ts';
import { CanonicalJson } from '../../json/canonical.ts';
import { PushRefusal } from '../refusal.ts';
import { SingleRow } from './single-row.ts';
import type { EventRejection } from '../event-rejection.ts';

/** Maps events with the source's own fields to documents, in the same way as rows of an API. */
export class MappedEvents {
  readonly #record: RecordRow;
  readonly #row: SingleRow;
  readonly #cursor: RowCursor;
  readonly #renderer: DocumentRenderer;
  readonly #json = new CanonicalJson();
  readonly #budget = RenderBudget.ofPush();
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
    this.#renderer = new DocumentRenderer(compileFieldMapping(metadata.name, spec, this.#budget), columns);
  }

  /** Restarts the time budget for templates, which all events of one push share. */
  beginPush(): void {
    this.#budget.restart();
  }

  /**
   * Loads an event, which is rendered next.
   * @returns its document id, or why it has none
   */
  load(bytes: Buffer, { start }: Span): string | EventRejection {
    this.#record.load(bytes, start);
    this.#record.append(this.#row);
    this.#cursor.load(this.#row.batch, 0);
    const { ids } = this.#renderer;
    const docId = ids.of(this.#cursor);
    if (docId !== undefined) return docId;
    const problem = ids.problem(this.#cursor);
    return problem.code === 'ID_MISSING' ? this.#noId : problem;
  }

  /**
   * Writes the document of the loaded event as canonical JSON.
   * @param time when the event happened; undefined if no field contains the time
   * @returns why the event cannot be a document
   * @throws PushRefusal CONNECTOR_BROKEN when the templates take too long
   */
  write(docId: string, time: string | undefined, out: ByteWriter): Rejection | undefined {
    const renderer = this.#renderer;
    const rejection = this.#render(docId);
    if (rejection !== undefined) return rejection;
    const { line, users, groups, uri } = renderer;
    const copy = (name: string, { start, end }: Span) => {
      out.latin1(name);
      out.raw(line.bytes, start, end);
    };
    out.latin1('{');
    if (users.count + groups.count > 0) {
      out.latin1('"acl_groups":');
      out.raw(groups.json);
      out.latin1(',"acl_users":');
      out.raw(users.json);
      out.latin1(',');
    }
    copy('"content":', renderer.contentJson);
    copy(',"doc_id":', renderer.docId);
    out.latin1(',"metadata":');
    this.#json.write(line.bytes, renderer.metadata.start, out);
    out.latin1(',"mime_type":');
    out.utf8(JSON.stringify(renderer.mimeType));
    copy(',"title":', renderer.title);
    out.latin1(`,"updated_at":${time === undefined ? 'null' : JSON.stringify(time)},"uri":`);
    if (uri.end > 0) out.raw(line.bytes, uri.start, uri.end);
    else out.latin1('null');
    out.latin1('}');
    return undefined;
  }

  #render(docId: string): Rejection | undefined {
    try {
      return this.#renderer.render(this.#cursor, docId);
    } catch (thrown) {
      if (!(thrown instanceof BridgeError) || thrown.code !== 'TEMPLATE_TOO_SLOW') throw thrown;
      throw new PushRefusal('CONNECTOR_BROKEN', 'The templates of the connector take too long.', {
        hint: 'Nothing was stored. Send it again when the connector file is corrected, or with fewer events.',
        retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS,
      });
    }
  }
}

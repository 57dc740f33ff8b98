import { ROW_BYTES_MAX } from '../core/limits.ts';
import type { SipKey } from '../kernel/fingerprint-key.ts';
import { RESULT, type BatchRenderer } from '../kernel/batch-renderer.ts';
import { IdHasher } from './comparison/id-hasher.ts';
import { BatchDocument, BatchRow, RenderedRows } from './outgoing/batch-document.ts';
import { DocumentRenderer } from './document/document.ts';
import { SingleDocument, type OutgoingDocument } from './outgoing/outgoing-document.ts';
import type { IdentifiedRow } from './outgoing/identified-row.ts';
import type { Rejection } from './document/rejection.ts';
import type { ExtractedBatch } from './extract.ts';
import type { Mapping } from './mapping/mapping.ts';
import type { Column } from './ports/ports.ts';
import { fieldsToFind, type QuarantinedRow } from './quarantine.ts';
import { RowCursor } from './document/row-cursor.ts';

export interface MapperOptions {
  /** The key of the fingerprints of ids. */
  readonly idKey: SipKey;
  /** Renders the rows of a whole batch; undefined: every row is rendered by itself, with the same result. */
  readonly batches?: BatchRenderer | undefined;
}

const NO_IDS_COMPARED: MapperOptions = { idKey: { low: 0n, high: 0n } };

/** Phase map: rows become documents, or are quarantined with a reason. */
export class RowMapper {
  /** Holds the document that was rendered last. */
  document: OutgoingDocument;
  readonly #renderer: DocumentRenderer;
  readonly #single: SingleDocument;
  readonly #idHasher: IdHasher;
  readonly #batches: BatchRenderer | undefined;
  readonly #cursor: RowCursor;
  readonly #fields: readonly { name: string; column: number }[];

  /** @throws BridgeError SOURCE_COLUMN_MISSING */
  constructor(mapping: Mapping, columns: readonly Column[], options: MapperOptions = NO_IDS_COMPARED) {
    this.#renderer = new DocumentRenderer(mapping, columns);
    this.#single = new SingleDocument(this.#renderer);
    this.document = this.#single;
    this.#idHasher = new IdHasher(options.idKey);
    this.#batches = options.batches;
    this.#cursor = new RowCursor(columns.length);
    const names = new Set([...mapping.idFields, ...mapping.title.variables, mapping.watermarkField]);
    this.#fields = columns.flatMap(({ name }, column) => (names.has(name) ? [{ name, column }] : []));
  }

  /**
   * Takes the next unknown rows of a batch, in their order: each with its id, or quarantined because it has none. If a kernel has
   * the batch, these are as many rows as it can render at once, and they are valid until the next call.
   * @param from the index of the first one among `extracted.unknown`
   */
  take(extracted: ExtractedBatch, from: number): (IdentifiedRow | QuarantinedRow)[] {
    const { unknown } = extracted;
    const batches = this.#batches;
    if (batches === undefined || !extracted.loaded) return this.#identifyAll(extracted, unknown);
    const oversized = new Set(extracted.batch.oversized);
    const count = batches.render(unknown, from);
    const rendered = new RenderedRows(batches);
    return unknown.slice(from, from + count).map((row, place) => {
      return rendered.at(place, RESULT.rendered) !== 0 && !oversized.has(row)
        ? new BatchRow(rendered, row, from + place, place)
        : this.#identify(extracted, row, from + place, oversized);
    });
  }

  /** Assigns ids to the rows of a batch. A row without an id is quarantined. */
  identify(
    extracted: Pick<ExtractedBatch, 'batch' | 'firstRow'>,
    indexes: readonly number[],
  ): { rows: IdentifiedRow[]; rejected: QuarantinedRow[] } {
    const rows: IdentifiedRow[] = [];
    const rejected: QuarantinedRow[] = [];
    for (const one of this.#identifyAll(extracted, indexes)) {
      if (isQuarantined(one)) rejected.push(one);
      else rows.push(one);
    }
    return { rows, rejected };
  }

  /** Renders into `document`. @returns why the row cannot be a document */
  render(extracted: Pick<ExtractedBatch, 'batch'>, identified: IdentifiedRow): Rejection | undefined {
    if (identified instanceof BatchRow) {
      this.document = new BatchDocument(identified);
      return undefined;
    }
    if (identified.oversized) return TOO_LARGE;
    this.#cursor.load(extracted.batch, identified.row);
    this.#single.docId = identified.docId;
    this.document = this.#single;
    return this.#renderer.render(this.#cursor, identified.docId);
  }

  quarantined(
    { batch, firstRow }: Pick<ExtractedBatch, 'batch' | 'firstRow'>,
    row: number,
    docId: string | undefined,
    rejection: Rejection,
  ): QuarantinedRow {
    this.#cursor.load(batch, row);
    const fields = fieldsToFind(this.#cursor, this.#fields);
    return { row: firstRow + row, place: batch.placeOf?.(row), docId, rejection, fields };
  }

  #identifyAll(
    extracted: Pick<ExtractedBatch, 'batch' | 'firstRow'>,
    indexes: readonly number[],
  ): (IdentifiedRow | QuarantinedRow)[] {
    const oversized = new Set(extracted.batch.oversized);
    return indexes.map((row, index) => this.#identify(extracted, row, index, oversized));
  }

  #identify(
    extracted: Pick<ExtractedBatch, 'batch' | 'firstRow'>,
    row: number,
    index: number,
    oversizedRows: ReadonlySet<number>,
  ): IdentifiedRow | QuarantinedRow {
    const oversized = oversizedRows.has(row);
    this.#cursor.load(extracted.batch, row);
    const docId = this.#renderer.ids.of(this.#cursor);
    if (docId === undefined) {
      const problem = oversized ? TOO_LARGE : this.#renderer.ids.problem(this.#cursor);
      return this.quarantined(extracted, row, undefined, problem);
    }
    this.#idHasher.of(docId);
    const { high: idHigh, low: idLow } = this.#idHasher;
    return { row, docId, idHigh, idLow, index, oversized };
  }
}

export function isQuarantined(row: IdentifiedRow | QuarantinedRow): row is QuarantinedRow {
  return 'rejection' in row;
}

const TOO_LARGE: Rejection = {
  code: 'ROW_TOO_LARGE',
  reason: `the row has more than ${ROW_BYTES_MAX} bytes`,
};

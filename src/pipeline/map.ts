import { ROW_BYTES_MAX } from '../core/limits.ts';
import { DocumentRenderer } from './document/document.ts';
import type { Rejection } from './document/rejection.ts';
import type { ExtractedBatch } from './extract.ts';
import type { Mapping } from './mapping/mapping.ts';
import type { Column } from './ports/ports.ts';
import { fieldsToFind, type QuarantinedRow } from './quarantine.ts';
import { RowCursor } from './document/row-cursor.ts';

/** A row with its id, not rendered yet: only the phase diff knows whether rendering is needed. */
export interface IdentifiedRow {
  readonly row: number;
  readonly docId: string;
  /** The position among the rows to identify; for unknown rows, this is the index of the fingerprint. */
  readonly index: number;
  readonly oversized: boolean;
}

/** Phase map: rows become documents, or are quarantined with a reason. */
export class RowMapper {
  /** Holds the document that was rendered last. */
  readonly document: DocumentRenderer;
  readonly #cursor: RowCursor;
  readonly #fields: readonly { name: string; column: number }[];

  /** @throws BridgeError SOURCE_COLUMN_MISSING */
  constructor(mapping: Mapping, columns: readonly Column[]) {
    this.document = new DocumentRenderer(mapping, columns);
    this.#cursor = new RowCursor(columns.length);
    const names = new Set([...mapping.idFields, ...mapping.title.variables, mapping.watermarkField]);
    this.#fields = columns.flatMap(({ name }, column) => (names.has(name) ? [{ name, column }] : []));
  }

  /** Assigns ids to the rows of a batch. A row without an id is quarantined. */
  identify(
    extracted: Pick<ExtractedBatch, 'batch' | 'firstRow'>,
    indexes: readonly number[],
  ): { rows: IdentifiedRow[]; rejected: QuarantinedRow[] } {
    const { batch } = extracted;
    const oversizedRows = new Set(batch.oversized);
    const rows: IdentifiedRow[] = [];
    const rejected: QuarantinedRow[] = [];
    for (const [index, row] of indexes.entries()) {
      const oversized = oversizedRows.has(row);
      this.#cursor.load(batch, row);
      const docId = this.document.ids.of(this.#cursor);
      if (docId === undefined) {
        const problem = oversized ? TOO_LARGE : this.document.ids.problem(this.#cursor);
        rejected.push(this.quarantined(extracted, row, undefined, problem));
      } else {
        rows.push({ row, docId, index, oversized });
      }
    }
    return { rows, rejected };
  }

  /** Renders into `document`. @returns why the row cannot be a document */
  render(
    { batch }: Pick<ExtractedBatch, 'batch'>,
    { row, docId, oversized }: IdentifiedRow,
  ): Rejection | undefined {
    if (oversized) return TOO_LARGE;
    this.#cursor.load(batch, row);
    return this.document.render(this.#cursor, docId);
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
}

const TOO_LARGE: Rejection = {
  code: 'ROW_TOO_LARGE',
  reason: `the row has more than ${ROW_BYTES_MAX} bytes`,
};

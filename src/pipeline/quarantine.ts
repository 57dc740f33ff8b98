import { BridgeError } from '../core/errors.ts';
import { QUARANTINE_FIELD_BYTES_MAX, QUARANTINE_RATIO_ROWS_MIN } from './limits.ts';
import type { Rejection } from './document/rejection.ts';
import type { QuarantineLimits } from './ports/job.ts';
import type { RowPlace } from './ports/row-place.ts';
import type { RowCursor } from './document/row-cursor.ts';
import { placeText } from './document/row-place.ts';
import type { Tally } from './counts/tally.ts';

/** A quarantined row, as its line in `quarantine.ndjson` has it. */
export interface QuarantinedRow {
  /** The number of the row in the listing, from 1. */
  readonly row: number;
  /** Where the row was found; undefined if the source knows only its number. */
  readonly place?: RowPlace | undefined;
  readonly docId: string | undefined;
  readonly rejection: Rejection;
  /** The fields that help to find the row, shortened. */
  readonly fields: Readonly<Record<string, string | null>>;
}

/** Counts the quarantined rows, and fails the run when there are too many to be exceptions. */
export class Quarantine {
  readonly #limits: QuarantineLimits;
  readonly #tally: Tally;
  /** The number of rows that exist but have no id, because they were too large to be read. */
  unidentified = 0;
  #lastRow = 0;
  #consecutive = 0;

  constructor(limits: QuarantineLimits, tally: Tally) {
    this.#limits = limits;
    this.#tally = tally;
  }

  /** @throws BridgeError QUARANTINE_LIMIT */
  add(quarantined: QuarantinedRow): void {
    const { row, docId, rejection } = quarantined;
    const tally = this.#tally;
    tally.quarantined++;
    if (docId === undefined && rejection.code === 'ROW_TOO_LARGE') this.unidentified++;
    tally.sample('quarantined', `${whichRow(quarantined)}: ${describe(rejection)}`);
    this.#consecutive = row === this.#lastRow + 1 ? this.#consecutive + 1 : 1;
    this.#lastRow = row;
    const { maxCount, maxConsecutive } = this.#limits;
    if (tally.quarantined > maxCount) this.#fail(`more than ${maxCount} rows were quarantined`);
    if (this.#consecutive > maxConsecutive) {
      this.#fail(`more than ${maxConsecutive} rows one after the other were quarantined`);
    }
  }

  /** Called at the end of the listing, when the share is known. @throws BridgeError QUARANTINE_LIMIT */
  end(): void {
    const { seen, quarantined } = this.#tally;
    if (seen < QUARANTINE_RATIO_ROWS_MIN || quarantined <= seen * this.#limits.maxRatio) return;
    this.#fail(`${quarantined} of ${seen} rows were quarantined, more than ${this.#limits.maxRatio * 100} %`);
  }

  #fail(what: string): never {
    throw new BridgeError(
      'QUARANTINE_LIMIT',
      [
        `The run was stopped: ${what}. The first were`,
        ...this.#tally.samples.quarantined.map((line) => `  ${line}`),
      ],
      { hint: 'Correct the rows or the mapping; if this many bad rows are expected, raise spec.quarantine.' },
    );
  }
}

/**
 * Returns `hr:7 (row 7)`, or `hr:7 (a.csv, line 4, row 7)`, or without an id `a.csv, line 4 (row 7)`. The most useful name comes
 * first, and the number of a row is useless in a listing without an order.
 */
function whichRow({ row, place, docId }: QuarantinedRow): string {
  const where = place === undefined ? '' : placeText(place);
  const known = [docId ?? '', where, `row ${row}`].filter((text) => text !== '');
  const [first, ...rest] = known;
  return rest.length === 0 ? `${first}` : `${first} (${rest.join(', ')})`;
}

export function describe({ code, reason }: Rejection): string {
  return `${code}, ${reason}`;
}

/** @param names the columns that help a person to find the row, with their positions */
export function fieldsToFind(
  row: RowCursor,
  names: readonly { readonly name: string; readonly column: number }[],
): Record<string, string | null> {
  const fields: Record<string, string | null> = {};
  for (const { name, column } of names) {
    const length = row.length(column);
    const start = row.start(column);
    fields[name] =
      length < 0
        ? null
        : row.bytes.toString('utf8', start, start + Math.min(length, QUARANTINE_FIELD_BYTES_MAX));
  }
  return fields;
}

/** Returns one line of `quarantine.ndjson`, without its line break. */
export function quarantineLine({ row, place, docId, rejection, fields }: QuarantinedRow): string {
  return JSON.stringify({
    row,
    ...place,
    doc_id: docId ?? null,
    code: rejection.code,
    reason: rejection.reason,
    fields,
  });
}

import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { SqlSourceSpec } from '../../definitions/connector/types.ts';
import { isDeltaQuery } from '../../definitions/connector/watermark.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time/clock.ts';
import { LENGTH_NULL, type Column, type ListingEnd, type RowBatch } from '../../pipeline/ports/ports.ts';
import { wordAt } from '../../pipeline/document/in-range.ts';
import { FULL_LISTING_HOURS_DEFAULT, PROBE_ANSWER_BYTES_MAX } from '../limits.ts';
import { RowBatcher } from '../row-batcher.ts';
import { probeCheckpoint, readProbeCheckpoint, type ProbeAnswer } from './probe-checkpoint.ts';
import { withoutTrailingSemicolons } from './query.ts';

const LENGTH_BYTES = 4;
const MS_PER_HOUR = 3_600_000;

/** Starts to read the rows of a query into a batcher, which it ends or fails. */
type ReadInto = (query: string, rows: RowBatcher) => void;

/**
 * The query of `source.unchangedQuery`. Its one row identifies the content of a full listing: as long as it stays the same, the
 * source *says* that the listing would return the same rows. Its author answers for that, so its answer is only trusted until a
 * listing is `fullListingEveryHours` old. The age is measured by the clock of this machine, as databases do not agree on theirs; a
 * listing of the future is not trusted either.
 */
export class Probe {
  /** The query as it is sent. */
  readonly query: string;
  readonly #spec: SqlSourceSpec;
  readonly #identity: string;
  readonly #clock: Pick<Clock, 'now'>;

  /** @param identity the database and its user: the answer of another one says nothing about this one */
  constructor(
    spec: SqlSourceSpec & { readonly unchangedQuery: string },
    identity: string,
    clock: Pick<Clock, 'now'>,
  ) {
    this.query = withoutTrailingSemicolons(spec.unchangedQuery, spec.type);
    this.#spec = spec;
    this.#identity = identity;
    this.#clock = clock;
  }

  /**
   * Runs the probe.
   * @returns the values of its row
   * @throws BridgeError SOURCE_PROBE_INVALID unless the answer is one row of at most `PROBE_ANSWER_BYTES_MAX` bytes of UTF-8; the
   *   error with which `read` fails the batcher
   */
  async ask(read: ReadInto, signal: AbortSignal): Promise<ProbeAnswer> {
    const rows = new RowBatcher();
    const stop = (): void => {
      rows.fail(new Error('stopped'));
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      read(this.query, rows);
      return await onlyRow(rows);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /**
   * Compares an answer with the checkpoint of the last complete listing.
   * @param columns those of the listing: `SELECT *` returns other ones after an ALTER TABLE that changes no row
   * @returns the end of the listing, which is `unchanged` if no row must be read
   */
  endOf(answer: ProbeAnswer, columns: readonly Column[], checkpoint: string | undefined): ListingEnd {
    // Such as the maximum of an empty table, or a function without permission or without anything to report.
    if (answer.every((value) => value === null)) return { checkpoint: undefined, truncated: false };
    const { query, unchangedQuery, rowLevelSecurity } = this.#spec;
    const identity = JSON.stringify([this.#identity, query, unchangedQuery, rowLevelSecurity, columns]);
    const queries = hash('sha256', identity, 'hex');
    const now = this.#clock.now();
    const last = readProbeCheckpoint(checkpoint);
    if (last?.queries === queries && isEqual(last.answer, answer)) {
      const ageMs = now.getTime() - Date.parse(last.listedAt);
      if (ageMs >= 0 && ageMs < hoursOf(this.#spec) * MS_PER_HOUR)
        return { checkpoint: undefined, truncated: false, unchanged: true };
    }
    const listedAt = now.toISOString();
    return { checkpoint: probeCheckpoint({ queries, answer, listedAt }), truncated: false };
  }
}

/** @returns undefined for a delta query, and for a connector without a probe */
export function probeOf(spec: SqlSourceSpec, identity: string, clock: Pick<Clock, 'now'>): Probe | undefined {
  const { unchangedQuery } = spec;
  if (unchangedQuery === undefined || isDeltaQuery(spec.query, spec.type)) return undefined;
  return new Probe({ ...spec, unchangedQuery }, identity, clock);
}

/** For how many hours the answer of the probe is trusted after a listing. */
function hoursOf({ fullListingEveryHours }: SqlSourceSpec): number {
  return fullListingEveryHours ?? FULL_LISTING_HOURS_DEFAULT;
}

/** When the first run is due that reads every row whatever the probe answers. */
export function nextFullListing(spec: SqlSourceSpec, listedAt: string): Date {
  return new Date(Date.parse(listedAt) + hoursOf(spec) * MS_PER_HOUR);
}

/** An error of the probe's own query, which names its field in place of the listing's. */
export function probeError(error: BridgeError): BridgeError {
  if (error.code === 'SOURCE_PROBE_INVALID') return error;
  const [first = '', ...more] = renamed(error.message).split('\n');
  return new BridgeError(error.code, [`The probe of spec.source.unchangedQuery failed. ${first}`, ...more], {
    hint: error.hint && renamed(error.hint),
    cause: error,
  });
}

/** @throws BridgeError SOURCE_PROBE_INVALID if the statement returns no rows at all, as a SET or a COMMIT does */
export function requireProbeFields(fields: readonly unknown[] | undefined): void {
  if (fields === undefined) throw invalid('is not a query: it returns no columns');
}

function renamed(text: string): string {
  return text.replaceAll('spec.source.query', 'spec.source.unchangedQuery');
}

async function onlyRow(rows: RowBatcher): Promise<ProbeAnswer> {
  let answer: ProbeAnswer | undefined;
  for await (const batch of rows.batches([], () => ({ checkpoint: undefined, truncated: false }))) {
    if (batch.count > 1 || (batch.count === 1 && answer !== undefined))
      throw invalid('returned more than one row');
    if (batch.count === 1) answer = valuesOf(batch);
  }
  if (answer === undefined) throw invalid('returned no row');
  return answer;
}

function valuesOf({ bytes, starts, ends }: RowBatch): ProbeAnswer {
  const start = wordAt(starts, 0);
  const end = wordAt(ends, 0);
  if (end - start > PROBE_ANSWER_BYTES_MAX)
    throw invalid(`returned a row of more than ${PROBE_ANSWER_BYTES_MAX} bytes`);
  const values: (string | null)[] = [];
  for (let at = start; at < end;) {
    const length = bytes.readInt32BE(at);
    at += LENGTH_BYTES;
    if (length === LENGTH_NULL) values.push(null);
    else {
      const value = bytes.subarray(at, at + length);
      // Different bytes would become the same replacement characters.
      if (!isUtf8(value)) throw invalid('returned bytes that are not UTF-8');
      values.push(value.toString());
      at += length;
    }
  }
  return values;
}

function isEqual(left: ProbeAnswer, right: ProbeAnswer): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function invalid(what: string): BridgeError {
  return new BridgeError('SOURCE_PROBE_INVALID', `The probe of spec.source.unchangedQuery ${what}.`, {
    hint: 'Write one SELECT that always returns exactly one short row, such as SELECT count(*), max(updated_at) FROM ….',
  });
}

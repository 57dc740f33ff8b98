import { countOlder, remarksOf, sayWhichPart, warnOfRowsAhead } from './counts/listing-end.ts';
import { BridgeError } from '../core/errors.ts';
import { retypedColumns, usedColumns, type ColumnDrift } from './comparison/column-drift.ts';
import { Differ, type ChangeSink } from './diff.ts';
import { duplicateIdError, withAllPlaces } from './comparison/duplicate-ids.ts';
import { extract, type ExtractedBatch } from './extract.ts';
import { FingerprintSet } from './comparison/fingerprint-set.ts';
import {
  listingOf,
  nextCheckpoint,
  usableCheckpoint,
  type PlannedCheckpoint,
} from './comparison/checkpoints.ts';
import { sipKey } from '../kernel/fingerprint-key.ts';
import { batchRenderer } from './mapping/kernel-program.ts';
import type { Mapping } from './mapping/mapping.ts';
import { requireReconcilable } from './reconcile.ts';
import type { Job, Ports } from './ports/job.ts';
import { RowMapper } from './map.ts';
import { withLiveDocuments } from './comparison/live-documents.ts';
import { knownDocuments } from './comparison/known-documents.ts';
import { planDeletes, planMarkedDeletes, planWithdrawnDeletes } from './comparison/missing-documents.ts';
import type { Column, ListingEnd, ListingRemarks, Source } from './ports/ports.ts';
import type { Position, State } from './ports/state-port.ts';
import { Quarantine } from './quarantine.ts';
import { confirmMissing } from './comparison/confirm-missing.ts';
import { Tally } from './counts/tally.ts';
import { guardWatermark } from './comparison/watermark-guard.ts';

export interface Plan extends PlannedCheckpoint {
  readonly tally: Tally;
  readonly holdReason: string | null;
  readonly remarks: ListingRemarks;
  /** The columns of the source that the mapping uses. */
  readonly columns: readonly Column[];
  /** The columns whose kind differs from that in the last committed run. */
  readonly drift: readonly ColumnDrift[];
}

/** A plan only reads; it uses these queries of the state. */
export interface PlanPorts extends Pick<Ports, 'source' | 'observer' | 'log' | 'kernel' | 'records'> {
  readonly state: Pick<State, 'fingerprints' | 'lookup' | 'idsOf' | 'othersInto'>;
  /** About how many records there are, so that their fingerprints get enough memory at once; absent: unknown. */
  readonly expected?: number;
}

/** Finds the changes of a run, and passes each to the sink as it is found. It writes nothing itself. */
export type Planner = (
  job: Job,
  ports: PlanPorts,
  position: Position,
  sink: ChangeSink,
  signal: AbortSignal,
) => Promise<Plan>;

/**
 * Phases extract, map and diff: reads the source, finds the changes, and passes each change to the sink as it is found. It writes
 * nothing itself: with a sink that ignores everything, this is a dry run.
 * @throws BridgeError SOURCE_*, STATE_*, DUPLICATE_ID, QUARANTINE_LIMIT; the reason of `signal` when aborted.
 */
export async function planChanges(
  job: Job,
  ports: PlanPorts,
  position: Position,
  sink: ChangeSink,
  signal: AbortSignal,
): Promise<Plan> {
  try {
    return await planFrom(job, ports, position, sink, signal);
  } catch (thrown) {
    if (!isExpired(thrown) || job.full) throw thrown;
    ports.log.warn('the source no longer knows the checkpoint, so it is read from the beginning', {
      refusal: thrown.message,
    });
    return await planFrom({ ...job, full: true }, ports, position, sink, signal);
  }
}

function isExpired(thrown: unknown): thrown is BridgeError {
  return thrown instanceof BridgeError && thrown.code === 'SOURCE_PLACE_EXPIRED';
}

async function planFrom(
  job: Job,
  ports: PlanPorts,
  position: Position,
  sink: ChangeSink,
  signal: AbortSignal,
): Promise<Plan> {
  const { source, state } = ports;
  const listing = listingOf(job, source, position);
  const tally = new Tally();
  const quarantine = new Quarantine(job.quarantine, tally);
  const known = await knownDocuments(job, { state }, position);
  const { scope, empty } = position;
  const resend = job.resend || job.reconcile;
  if (resend) tally.resent = 0;
  const { deletePolicy } = job;
  const records = { state, scope, known, nothingKnown: empty };
  const differ = new Differ({ ...records, resend, deletePolicy, tally, quarantine, sink });

  const isFeedStart = listing !== source.listing;
  const checkpoint = isFeedStart ? undefined : usableCheckpoint(job, listing, position, known);
  const guarded = checkpoint === undefined ? source : guardedSource(job, source, position);
  // A resend sends every document, so no row may be skipped because of its fingerprint.
  const skippable = resend ? new FingerprintSet() : known.live;
  const basis = {
    secret: position.fingerprintKey,
    mappingVersion: job.mapping.version,
    kernel: ports.kernel,
  };
  const reading = listing === 'full' ? withLiveDocuments(guarded, known, ports, position) : guarded;
  const extracted = extract(reading, checkpoint, basis, skippable, tally, signal);
  const compared = compareAll(extracted, differ, job, ports, position, tally);
  const { columns, drift, last } = await withPlaces(compared, differ, job, source, signal);
  quarantine.end();

  const end = await confirmMissing(last ?? ENDED_WITHOUT_A_WORD, job, ports, position, known, signal);
  const { truncated, unchanged } = end;
  const { unidentified } = quarantine;
  const listed = { scope, known, tally, unidentified, truncated };
  if (unchanged === true) tally.missing = 0;
  const planned = listing === 'full' ? planDeletes : planMarkedDeletes;
  const holdReason = unchanged === true ? null : await planned(job, state, listed, sink);
  await planWithdrawnDeletes(state, listed, sink);
  countOlder(end, tally, ports);
  if (job.resend) sayWhichPart(end, checkpoint, ports);
  if (job.reconcile) await requireReconcilable(job, { source: { listing }, state }, { tally, truncated });
  warnOfRowsAhead(end, job, ports);
  // Missing documents that no policy deletes must not make a feed start again and again.
  const isComplete = tally.missing === tally.deleted || (isFeedStart && deletePolicy === 'never_delete');
  // A row of a withdrawn document that a listing passed over must be read again.
  const isSettled = isComplete && known.withdrawn.unmarked === 0;
  const next = nextCheckpoint(listing, { tally, end, isSettled }, checkpoint ?? null);
  return { tally, ...next, holdReason, remarks: remarksOf(end, unidentified), columns, drift };
}

/** What a listing reports in addition to its rows. */
interface Compared {
  readonly columns: readonly Column[];
  readonly drift: readonly ColumnDrift[];
  readonly last: ListingEnd | undefined;
}

async function compareAll(
  batches: AsyncIterable<ExtractedBatch>,
  differ: Differ,
  { mapping }: Job,
  ports: Omit<PlanPorts, 'source' | 'state'>,
  position: Position,
  tally: Tally,
): Promise<Compared> {
  let mapper: RowMapper | undefined;
  let columns: readonly Column[] = [];
  let drift: readonly ColumnDrift[] = [];
  let last: ListingEnd | undefined;
  for await (const extracted of batches) {
    if (mapper === undefined) {
      mapper = mapperOf(mapping, extracted.batch.columns, ports, position);
      columns = usedColumns(mapping, extracted.batch.columns);
      drift = columnDrift(columns, position, ports);
    }
    await differ.compare(extracted, mapper);
    ports.observer.rows(tally);
    last = extracted.batch.end;
  }
  differ.end();
  return { columns, drift, last };
}

/** If there is a kernel, it renders what it can of each batch. */
function mapperOf(
  mapping: Mapping,
  columns: readonly Column[],
  { kernel, records }: Pick<PlanPorts, 'kernel' | 'records'>,
  { fingerprintKey }: Position,
): RowMapper {
  const idKey = sipKey(fingerprintKey, ['ids']);
  const batches = kernel && batchRenderer(kernel, mapping, columns, records, idKey);
  return new RowMapper(mapping, columns, { idKey, batches });
}

/** Adds the places of the rows to a failure for duplicates, after reading has stopped. */
async function withPlaces<Answer>(
  work: Promise<Answer>,
  differ: Differ,
  { mapping }: Job,
  source: Source,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return await work;
  } catch (thrown) {
    if (!(thrown instanceof BridgeError) || thrown.code !== 'DUPLICATE_ID') throw thrown;
    throw duplicateIdError(await withAllPlaces(differ.duplicates, mapping, source, signal));
  }
}

/** A source that stopped before its last batch proves nothing about the rows that it did not list. */
const ENDED_WITHOUT_A_WORD: ListingEnd = { checkpoint: undefined, truncated: true };

/** Only a delta listing with a watermark compares a checkpoint with a column. */
function guardedSource({ mapping }: Job, source: Source, { columns }: Position): Pick<Source, 'read'> {
  const before = columns?.find(({ name }) => name === mapping.watermarkField);
  return source.listing === 'full' || source.continuesFrom !== undefined || before === undefined
    ? source
    : guardWatermark(source, before);
}

/** Logged before rows are processed, so that the log has the reason if the run fails because of it. */
function columnDrift(
  now: readonly Column[],
  { columns: before = [] }: Position,
  { log }: Pick<PlanPorts, 'log'>,
): readonly ColumnDrift[] {
  const drift = retypedColumns(before, now);
  if (drift.length > 0) {
    log.warn('column types changed since the last run; checksums decide what is sent', {
      drift,
    });
  }
  return drift;
}

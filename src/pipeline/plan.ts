import { BridgeError } from '../core/errors.ts';
import { retypedColumns, usedColumns, type ColumnDrift } from './comparison/column-drift.ts';
import { Differ, type ChangeSink } from './diff.ts';
import { duplicateIdError, withAllPlaces } from './comparison/duplicate-ids.ts';
import { extract, type ExtractedBatch } from './extract.ts';
import { FingerprintSet } from './comparison/fingerprint-set.ts';
import { requireReconcilable } from './reconcile.ts';
import type { Job, Ports } from './ports/job.ts';
import { RowMapper } from './map.ts';
import { knownDocuments, planDeletes, planMarkedDeletes } from './comparison/missing-documents.ts';
import type { KnownDocuments } from './comparison/missing-documents.ts';
import type { Column, ListingEnd, ListingRemarks, Source } from './ports/ports.ts';
import type { Position, State } from './ports/state-port.ts';
import { Quarantine } from './quarantine.ts';
import { confirmed } from './comparison/second-look.ts';
import { Tally } from './tally.ts';
import { guardWatermark } from './comparison/watermark-guard.ts';

type Listing = Source['listing'];

export interface Plan {
  readonly tally: Tally;
  /** The checkpoint that holds once the plan is applied; null: none. */
  readonly watermark: string | null;
  /** Where to go back to for rows that were refused: the checkpoint that this listing started from; null: it has everything. */
  readonly startedFrom: string | null;
  readonly holdReason: string | null;
  readonly remarks: ListingRemarks;
  /** Those of the source that the mapping uses. */
  readonly columns: readonly Column[];
  /** Which of them have another kind than in the last committed run. */
  readonly drift: readonly ColumnDrift[];
}

/** A plan only reads; these are the questions that it asks the state. */
export interface PlanPorts extends Pick<Ports, 'source' | 'observer' | 'log'> {
  readonly state: Pick<State, 'fingerprints' | 'lookup' | 'idsOf' | 'othersInto'>;
}

/**
 * Phases extract, map and diff: reads the source and finds what would change, handing each change to the sink as it is
 * found. Writes nothing itself: with a sink that ignores everything, this is a dry run.
 * @throws BridgeError SOURCE_*, STATE_*, DUPLICATE_ID, QUARANTINE_LIMIT; the reason of `signal` when aborted.
 */
export async function planChanges(
  job: Job,
  ports: PlanPorts,
  position: Position,
  sink: ChangeSink,
  signal: AbortSignal,
): Promise<Plan> {
  const { source, state } = ports;
  const tally = new Tally();
  const quarantine = new Quarantine(job.quarantine, tally);
  const known = await knownDocuments(job, ports, position);
  const { scope, empty } = position;
  const resend = job.resend || job.reconcile;
  if (resend) tally.resent = 0;
  const { deletePolicy } = job;
  const records = { state, scope, known: known.live, softDeleted: known.softDeleted, nothingKnown: empty };
  const differ = new Differ({ ...records, resend, deletePolicy, tally, quarantine, sink });

  const checkpoint = usableCheckpoint(job, source.listing, position, known);
  const guarded = checkpoint === undefined ? source : guardedSource(job, source, position);
  // A resend sends every document, so no row may be skipped because of its fingerprint.
  const skippable = resend ? new FingerprintSet() : known.live;
  const extracted = extract(guarded, checkpoint, job.mapping.version, skippable, tally, signal);
  const compared = compareAll(extracted, differ, job, ports, position, tally);
  const { columns, drift, last } = await withPlaces(compared, differ, job, source, signal);
  quarantine.end();

  const end = await confirmed(last ?? ENDED_WITHOUT_A_WORD, job, ports, position, known, signal);
  const { truncated, unchanged } = end;
  const { unidentified } = quarantine;
  const listed = { scope, known, tally, unidentified, truncated };
  if (unchanged === true) tally.missing = 0;
  const planned = source.listing === 'full' ? planDeletes : planMarkedDeletes;
  const holdReason = unchanged === true ? null : await planned(job, state, listed, sink);
  countOlder(end, tally, ports);
  if (job.resend) sayWhichPart(end, checkpoint, ports);
  if (job.reconcile) await requireReconcilable(job, ports, { tally, truncated });
  warnOfRowsAhead(end, job, ports);
  const next = nextCheckpoint(source.listing, tally, end, checkpoint ?? null);
  return { tally, ...next, holdReason, remarks: remarksOf(end, unidentified), columns, drift };
}

/** What a listing says besides its rows. */
interface Compared {
  readonly columns: readonly Column[];
  readonly drift: readonly ColumnDrift[];
  readonly last: ListingEnd | undefined;
}

async function compareAll(
  batches: AsyncIterable<ExtractedBatch>,
  differ: Differ,
  { mapping }: Job,
  ports: Pick<PlanPorts, 'observer' | 'log'>,
  position: Position,
  tally: Tally,
): Promise<Compared> {
  let mapper: RowMapper | undefined;
  let columns: readonly Column[] = [];
  let drift: readonly ColumnDrift[] = [];
  let last: ListingEnd | undefined;
  for await (const extracted of batches) {
    if (mapper === undefined) {
      mapper = new RowMapper(mapping, extracted.batch.columns);
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

/** Lets the failure for duplicates say where their rows are, once nothing is read any more. */
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

/** They change nothing, as a row does that is known already. */
function countOlder({ older = 0 }: ListingEnd, tally: Tally, { log }: PlanPorts): void {
  if (older === 0) return;
  tally.seen += older;
  tally.unchanged += older;
  log.info('events that were older than what is known of their documents count as unchanged', { older });
}

function warnOfRowsAhead({ ahead }: ListingEnd, { mapping }: Job, { log }: PlanPorts): void {
  if (ahead === undefined) return;
  const field = mapping.watermarkField;
  log.warn('rows have a watermark after the present of the source; the checkpoint stays before them', {
    ...(field !== undefined && { field }),
    ...ahead,
  });
}

/** Of a source that stopped before its last batch: what it did not list is not known. */
const ENDED_WITHOUT_A_WORD: ListingEnd = { checkpoint: undefined, truncated: true };

/** A listing that goes round is read in parts, and only this part was sent again. */
function sayWhichPart(
  { truncated, recurring }: ListingEnd,
  checkpoint: string | undefined,
  { log }: Pick<PlanPorts, 'log'>,
): void {
  if (recurring !== true) return;
  if (truncated) {
    log.warn('a part of the resumable listing is sent again; run with --resend again for the next part');
  } else if (checkpoint !== undefined) {
    log.warn(
      'the last part of the resumable listing is sent again; --resend --full begins with the first part',
    );
  }
}

function remarksOf(
  { truncated, recurring, unchanged, ahead }: ListingEnd,
  unidentified: number,
): ListingRemarks {
  return {
    // Of a listing that goes round, the rest is the next part.
    ...(truncated && recurring !== true && { truncated }),
    ...(unchanged === true && { unchanged }),
    ...(unidentified > 0 && { unidentified }),
    ...(ahead !== undefined && { ahead }),
  };
}

/** Only a delta listing compares a checkpoint with a column. */
function guardedSource({ mapping }: Job, source: Source, { columns }: Position): Pick<Source, 'read'> {
  const before = columns?.find(({ name }) => name === mapping.watermarkField);
  return source.listing === 'full' || before === undefined ? source : guardWatermark(source, before);
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

/**
 * A checkpoint of another mapping cannot be used: its documents look different now, so all rows must be processed. A full
 * listing that is to be sent again must not be told that nothing changed, nor one that has documents to delete which an
 * earlier policy left.
 */
function usableCheckpoint(
  { full, reconcile, mapping }: Job,
  listing: Listing,
  { checkpoint, mappingVersion }: Position,
  { softDeleted }: KnownDocuments,
): string | undefined {
  const mustList = listing === 'full' && (reconcile || softDeleted.size > 0);
  const all = full || mustList || mappingVersion !== mapping.version;
  return all ? undefined : checkpoint;
}

/** @param startedFrom the checkpoint that the source was given; null: none */
function nextCheckpoint(
  listing: Listing,
  tally: Tally,
  end: ListingEnd,
  startedFrom: string | null,
): Pick<Plan, 'watermark' | 'startedFrom'> {
  if (listing === 'full') {
    // It goes back to nothing: a source that has what it had before would otherwise be believed to be as the state has it.
    return { watermark: end.unchanged === true ? startedFrom : stateOfSource(tally, end), startedFrom: null };
  }
  if (end.recurring === true) {
    const watermark = end.checkpoint ?? startedFrom;
    return { watermark, startedFrom: watermark };
  }
  // A delta query that set rows aside would never list them again, once its checkpoint has passed them. So it stays where
  // this run started: the next one reads the same window, sends nothing twice (checksums decide), and tries them again.
  const watermark = tally.quarantined > 0 ? startedFrom : (end.checkpoint ?? startedFrom);
  return { watermark, startedFrom };
}

/** The checkpoint of a full listing, if the state has the whole of it and nothing else once the plan is applied. */
function stateOfSource(
  { quarantined, missing, deleted }: Tally,
  { checkpoint, truncated }: ListingEnd,
): string | null {
  return truncated || quarantined > 0 || missing !== deleted ? null : (checkpoint ?? null);
}

import { Differ, type ChangeSink } from './diff.ts';
import { extract } from './extract.ts';
import { FingerprintSet } from './fingerprint-set.ts';
import { decideDeletes } from './guard.ts';
import { requireReconcilable } from './reconcile.ts';
import type { Job, Ports } from './job.ts';
import { RowMapper } from './map.ts';
import type { ListingEnd } from './ports.ts';
import type { Position, State } from './state-port.ts';
import { Quarantine } from './quarantine.ts';
import { Tally } from './tally.ts';

export interface Plan {
  readonly tally: Tally;
  /** The checkpoint that holds once the plan is applied; null: none. */
  readonly watermark: string | null;
  /** Where to go back to for rows that were refused: the checkpoint that this listing started from; null: it has everything. */
  readonly startedFrom: string | null;
  readonly holdReason: string | null;
}

/** A plan only reads; these are the questions that it asks the state. */
export interface PlanPorts extends Pick<Ports, 'source' | 'observer'> {
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
  const { source, state, observer } = ports;
  const tally = new Tally();
  const quarantine = new Quarantine(job.quarantine, tally);
  const known = await knownFingerprints(ports, position);
  const { scope, empty } = position;
  const resend = job.reconcile;
  const { deletePolicy } = job;
  const records = { state, scope, known, nothingKnown: empty };
  const differ = new Differ({ ...records, resend, deletePolicy, tally, quarantine, sink });

  let mapper: RowMapper | undefined;
  let end: ListingEnd | undefined;
  const checkpoint = usableCheckpoint(job, position);
  // What is sent whatever the state says must be looked at, whatever its bytes say.
  const skippable = resend ? new FingerprintSet() : known;
  for await (const extracted of extract(source, checkpoint, job.mapping.version, skippable, tally, signal)) {
    mapper ??= new RowMapper(job.mapping, extracted.batch.columns);
    await differ.compare(extracted, mapper);
    observer.rows(tally);
    end = extracted.batch.end;
  }
  differ.end();
  quarantine.end();

  const truncated = end?.truncated ?? true;
  const holdReason =
    source.listing === 'full'
      ? await planDeletes(
          job,
          ports,
          { position, known, tally, unidentified: quarantine.unidentified, truncated },
          sink,
        )
      : null;
  if (job.reconcile) await requireReconcilable(job, ports, { tally, truncated });
  const watermark = nextWatermark(source.listing, tally, end, checkpoint ?? null);
  const startedFrom = end?.recurring === true ? watermark : (checkpoint ?? null);
  return { tally, watermark, startedFrom, holdReason };
}

/** A delta query proves nothing about the rows that it does not list, so there it needs none of the stored fingerprints. */
async function knownFingerprints(
  { source, state }: PlanPorts,
  { scope, empty }: Position,
): Promise<FingerprintSet> {
  const known = new FingerprintSet();
  if (source.listing === 'delta' || empty) return known;
  for await (const chunk of state.fingerprints(scope)) known.addAll(chunk);
  return known;
}

/** A checkpoint of another mapping says nothing: its documents look different now, so all rows must be looked at. */
function usableCheckpoint(
  { full, mapping }: Job,
  { checkpoint, mappingVersion }: Position,
): string | undefined {
  return full || mappingVersion !== mapping.version ? undefined : checkpoint;
}

/**
 * A delta query that set rows aside would never list them again, once its checkpoint has passed them. So it stays where this
 * run started: the next one reads the same window, sends nothing twice (checksums decide), and tries these rows again.
 */
function nextWatermark(
  listing: 'full' | 'delta',
  tally: Tally,
  end: ListingEnd | undefined,
  startedFrom: string | null,
): string | null {
  if (listing === 'delta' && tally.quarantined > 0 && end?.recurring !== true) return startedFrom;
  return end?.checkpoint ?? startedFrom;
}

interface Listing {
  readonly position: Position;
  readonly known: FingerprintSet;
  readonly tally: Tally;
  readonly unidentified: number;
  readonly truncated: boolean;
}

/** @returns why the deletes are held, or null. */
async function planDeletes(
  job: Job,
  { state }: PlanPorts,
  { position, known, tally, unidentified, truncated }: Listing,
  sink: ChangeSink,
): Promise<string | null> {
  const missing = known.unmarked;
  tally.missing = missing;
  const decision = decideDeletes({
    policy: job.deletePolicy,
    missing,
    known: known.size,
    seen: tally.seen,
    unidentified,
    truncated,
    limit: job.deleteLimit,
    allowDeletes: job.allowDeletes,
  });
  if (decision.action === 'none') return null;
  const held = decision.action === 'hold';
  if (held) tally.held = missing;
  const soft = job.deletePolicy === 'soft_delete_only';
  for (const fingerprints of known.unmarkedFingerprints()) {
    for await (const ids of state.idsOf(position.scope, fingerprints)) {
      for (const docId of ids) {
        tally.sample(held ? 'held' : 'deleted', docId);
        if (held) continue;
        tally.deleted++;
        await sink.remove(docId, soft);
      }
    }
    // Held deletes are only counted and named; a few names are enough.
    if (held) break;
  }
  return held ? decision.reason : null;
}

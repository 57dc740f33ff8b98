import { HELD_LISTED_MAX } from '../limits.ts';
import type { ChangeSink } from '../diff.ts';
import { FINGERPRINT_BYTES, type FingerprintSet } from './fingerprint-set.ts';
import type { KnownDocuments } from './known-documents.ts';
import { decideDeletes } from '../guard.ts';
import type { Job } from '../ports/job.ts';
import type { RecordKind, State } from '../ports/state-port.ts';
import type { Tally } from '../counts/tally.ts';

type RecordState = Pick<State, 'fingerprints' | 'idsOf'>;

export interface ListedDocuments {
  readonly scope: number;
  readonly known: KnownDocuments;
  readonly tally: Tally;
  readonly unidentified: number;
  readonly truncated: boolean;
}

/**
 * Plans the deletes of documents that are missing from a full listing.
 * @returns why they are held, or null
 */
export function planDeletes(
  job: Job,
  state: RecordState,
  listed: ListedDocuments,
  sink: ChangeSink,
): Promise<string | null> {
  const { known, tally } = listed;
  const missing = known.live.unmarked + known.softDeleted.unmarked;
  tally.missing = missing + known.withdrawn.unmarked;
  return decide(job, state, sink, {
    ...listed,
    missing,
    size: known.live.size + known.softDeleted.size,
    seen: tally.seen,
  });
}

/**
 * Plans the deletes that remain after a listing of changes: of documents that have not reappeared since they were soft-deleted under
 * another policy, or since a run sent a delete whose outcome is unknown. This listing proves nothing by not naming them, but the
 * original reason did: the source reported them as deleted, a full listing lacked them, or a person decided. The guard is
 * consulted, because there may be many.
 * @returns why they are held, or null
 */
export async function planMarkedDeletes(
  job: Job,
  state: RecordState,
  listed: ListedDocuments,
  sink: ChangeSink,
): Promise<string | null> {
  const { known, scope } = listed;
  const missing = known.softDeleted.unmarked;
  if (missing === 0) return null;
  let live = 0;
  for await (const chunk of state.fingerprints(scope, 'live')) live += chunk.length / FINGERPRINT_BYTES;
  const size = live + known.softDeleted.size;
  return decide(job, state, sink, { ...listed, truncated: false, missing, size, seen: null });
}

interface Missing extends ListedDocuments {
  readonly missing: number;
  /** The number of documents known before the run. */
  readonly size: number;
  readonly seen: number | null;
}

async function decide(
  job: Job,
  state: RecordState,
  sink: ChangeSink,
  { scope, known, tally, missing, size, seen, unidentified, truncated }: Missing,
): Promise<string | null> {
  const decision = decideDeletes({
    policy: job.deletePolicy,
    missing,
    known: size,
    seen,
    unidentified,
    truncated,
    limit: job.deleteLimit,
    allowDeletes: job.allowDeletes,
  });
  if (decision.action === 'none') return null;
  const held = decision.action === 'hold';
  if (held) tally.held = missing;
  const soft = job.deletePolicy === 'soft_delete_only';
  if (held) {
    await listHeld(missingIds(state, scope, known), tally, sink);
    return decision.reason;
  }
  await removeAll(missingIds(state, scope, known), soft, tally, sink);
  return null;
}

/**
 * Plans the deletes of withdrawn documents that no row of this listing has settled. Neither the delete policy nor the guard applies:
 * the rows themselves, not their absence, were the reason, and the limits of the quarantine bounded their number in the run that
 * read them. A document that stays is shown to readers who lost access.
 */
export async function planWithdrawnDeletes(
  state: RecordState,
  { scope, known, tally }: ListedDocuments,
  sink: ChangeSink,
): Promise<void> {
  await removeAll(idsOfUnmarked(state, scope, known.withdrawn, 'withdrawn'), false, tally, sink);
}

async function removeAll(
  groups: AsyncIterable<string[]>,
  soft: boolean,
  tally: Tally,
  sink: ChangeSink,
): Promise<void> {
  for await (const ids of groups) {
    for (const docId of ids) {
      tally.sample('deleted', docId);
      tally.deleted++;
      await sink.remove(docId, soft);
    }
  }
}

/** Lists the first held documents: an operator decides by what they are, and `tally.held` has their number. */
async function listHeld(missing: AsyncIterable<string[]>, tally: Tally, sink: ChangeSink): Promise<void> {
  let left = HELD_LISTED_MAX;
  for await (const ids of missing) {
    for (const docId of ids.slice(0, left)) {
      tally.sample('held', docId);
      await sink.hold(docId);
    }
    left -= ids.length;
    if (left <= 0) return;
  }
}

async function* missingIds(
  state: RecordState,
  scope: number,
  { live, softDeleted }: KnownDocuments,
): AsyncGenerator<string[]> {
  yield* idsOfUnmarked(state, scope, live, 'live');
  yield* idsOfUnmarked(state, scope, softDeleted, 'soft-deleted');
}

async function* idsOfUnmarked(
  state: RecordState,
  scope: number,
  set: FingerprintSet,
  kind: RecordKind,
): AsyncGenerator<string[]> {
  for (const fingerprints of set.unmarkedFingerprints()) yield* state.idsOf(scope, fingerprints, kind);
}

import type { DeletePolicy } from '../../definitions/connector/types.ts';
import type { RunCounts } from '../../pipeline/ports/ports.ts';
import type { DocumentFacts } from '../../pipeline/ports/explain-state-port.ts';
import type { RunRow } from '../../pipeline/ports/state-port.ts';
import type { HoldSearch } from './document-deliveries.ts';
import type { Explanation, LastSeen, Quarantined, DocumentDelivery, DocumentStatus } from './explanation.ts';

/** What the state records about a document, and what its artifacts contain about it. */
export interface Evidence {
  readonly facts: DocumentFacts;
  readonly sent: DocumentDelivery | null;
  readonly rejection: { readonly sending: DocumentDelivery } | null;
  readonly quarantine: Quarantined | null;
  readonly removal: DocumentDelivery | null;
  /** What the newest committed run holds. */
  readonly hold: HoldSearch;
}

/** The newest run that is certain to have read the document's row; null if there is none. */
export function lastSeenOf(evidence: Evidence): LastSeen | null {
  const { facts, sent, rejection, quarantine } = evidence;
  const { record, waiting } = facts;
  const [newest] = facts.committed;
  const runs = [
    waiting?.change === 'upsert' ? waiting.run : undefined,
    rejection?.sending.change === 'upsert' ? facts.rejection?.run : undefined,
    quarantine === null ? undefined : newest,
    record !== undefined && (!isDoubtful(record) || sent?.change === 'upsert') ? record.run : undefined,
    listingWith(evidence),
  ].filter((run) => run !== undefined);
  const [last] = runs.sort(byBeginning);
  if (last === undefined) return null;
  const isNewest = newest === undefined || byBeginning(last, newest) <= 0;
  return { runId: last.runId, at: last.startedAt, newest: isNewest };
}

/**
 * Sorts the newest run first. Start times come from the clocks of different machines, so they only order runs that are older
 * than the introduction of fences.
 */
function byBeginning(left: RunRow, right: RunRow): number {
  return right.fence - left.fence || right.startedAt.localeCompare(left.startedAt);
}

/** The newest committed run whose listing is known to have contained the row of every record. */
function listingWith({ facts, removal, hold }: Evidence): RunRow | undefined {
  const { record, committed } = facts;
  const [newest] = committed;
  // A document with an unclear outcome may have been deleted.
  if (record === undefined || isDoubtful(record)) return undefined;
  const mark = committed.findIndex(({ runId }) => runId === removal?.run.runId);
  // All listings since the soft delete lacked the document.
  if (record.softDeleted && mark < 0) return undefined;
  return committed.slice(mark + 1).find(
    ({ runId, counts }) =>
      counts !== null &&
      (hadEveryRecord(counts) ||
        // Every missing document is held, and this one is not. A delta listing does not count missing documents.
        (runId === newest?.runId && hold.ruledOut && counts.missing !== null)),
  );
}

/**
 * Whether a listing contained the row of every record that exists after its commit and is not soft-deleted: nothing was
 * missing, or everything that was missing has been deleted. Deletes of rows without readers count both as deleted and as
 * quarantined.
 */
function hadEveryRecord({ seen, missing, deleted, quarantined, rejected }: RunCounts): boolean {
  // A run that read no row, because its source reported that nothing changed, saw no record either.
  if (missing === null || seen === 0) return false;
  return missing === 0 || (deleted === missing && quarantined === 0 && rejected === 0);
}

/** Whether the newest listing lacked documents that still exist and may include this one. */
export function missingOf(
  { facts, hold }: Pick<Evidence, 'facts' | 'hold'>,
  lastSeen: LastSeen | null,
  policy: DeletePolicy,
): Explanation['missing'] {
  const { record, committed } = facts;
  const [newest] = committed;
  if (record === undefined || isDoubtful(record) || hold.ruledOut) return null;
  // A soft-deleted document counts as missing only under auto_delete_missing, where its delete may be held.
  if (record.softDeleted && policy !== 'auto_delete_missing') return null;
  if (newest === undefined || lastSeen?.newest === true) return null;
  const { runId, counts, holdReason } = newest;
  if (counts === null) return null;
  if (counts.held > 0) return { runId, count: counts.held, holdReason };
  const missing = counts.missing ?? 0;
  return policy === 'never_delete' && missing > 0 ? { runId, count: missing, holdReason: null } : null;
}

export function documentStatusOf(
  { facts, rejection, quarantine, removal, hold }: Evidence,
  missing: Explanation['missing'],
): DocumentStatus {
  const { record, committed } = facts;
  if (facts.waiting !== undefined) return 'waiting';
  if (facts.rejection?.outcome === 'unknown') return 'unclear';
  if (record !== undefined && isDoubtful(record)) return 'unclear';
  if (rejection !== null) return 'rejected';
  if (quarantine !== null) return 'quarantined';
  if (record?.softDeleted === true) return 'soft-deleted';
  if (record !== undefined && hold.held !== null) return 'held';
  if (record !== undefined) return missing === null ? 'indexed' : 'maybe-missing';
  if (removal !== null) return 'deleted';
  return committed.length === 0 ? 'never-run' : 'not-found';
}

/** Whether the target has any version of the document; null means unknown. */
export function presenceOf({ record, waiting }: DocumentFacts, standing: DocumentStatus): boolean | null {
  if (standing === 'unclear') return null;
  const acknowledged = record !== undefined && !isDoubtful(record);
  if (standing !== 'waiting') return acknowledged;
  return acknowledged && waiting?.change !== 'delete' ? true : null;
}

export function isDoubtful({ checksum }: { readonly checksum: string }): boolean {
  return checksum === '';
}

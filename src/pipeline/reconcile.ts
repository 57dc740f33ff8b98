import { BridgeError } from '../core/errors.ts';
import type { Job } from './ports/job.ts';
import type { Source } from './ports/ports.ts';
import type { State } from './ports/state-port.ts';
import type { Tally } from './counts/tally.ts';

interface Listed {
  readonly tally: Tally;
  readonly truncated: boolean;
}

/**
 * A full reconciliation makes the destination delete everything that it is not sent. So it requires a complete and plausible
 * listing of the only connector that feeds this target.
 * @throws BridgeError RECONCILIATION_REFUSED with the reason; nothing has been sent
 */
export async function requireReconcilable(
  job: Job,
  { source, state }: { source: Pick<Source, 'listing'>; state: Pick<State, 'othersInto'> },
  listed: Listed,
): Promise<void> {
  const problem = problemOfJob(job, source.listing) ?? problemOfListing(listed);
  if (problem !== undefined) throw refused(job.connectorId, problem);
  await requireAlone(job, state);
}

/**
 * Requires that this is the only connector that feeds its target. The listing checks first, then the delivery, which may have
 * waited for days, and finally the destination right before each request, when it has the lease on the target: until then others may deliver.
 * @throws BridgeError RECONCILIATION_REFUSED, naming the other connectors
 */
export async function requireAlone(
  { connectorId, target }: Pick<Job, 'connectorId' | 'target'>,
  state: Pick<State, 'othersInto'>,
): Promise<void> {
  const others = await state.othersInto(target, connectorId);
  if (others.length === 0) return;
  throw refused(
    connectorId,
    `${others.join(', ')} has documents in the same data store, or an open run that may bring some`,
    `${ORDINARY_RUN} ${LEAVE_DATA_STORE}`,
  );
}

const ORDINARY_RUN =
  'Run without --reconcile-full: the ordinary run sends what changed and holds what is doubtful.';

/** Only a connector's own run closes its open runs and deletes its documents, also after it was removed, renamed or moved. */
const LEAVE_DATA_STORE =
  'If another connector no longer feeds this data store, run it into it once more: restore its file with its old metadata.name and gemini, deletePolicy auto_delete_missing and a query that returns no rows, and pass --allow-deletes with the number of its documents. That ends its open runs and deletes its documents.';

function refused(connectorId: string, problem: string, hint = ORDINARY_RUN): BridgeError {
  return new BridgeError(
    'RECONCILIATION_REFUSED',
    `A full reconciliation of ${connectorId} would delete documents by mistake: ${problem}.`,
    { hint },
  );
}

function problemOfJob({ deletePolicy }: Job, listing: 'full' | 'delta'): string | undefined {
  if (listing === 'delta') return 'its query lists only what changed since the checkpoint';
  if (deletePolicy !== 'auto_delete_missing') return `its deletePolicy is ${deletePolicy}`;
  return undefined;
}

function problemOfListing({ tally, truncated }: Listed): string | undefined {
  if (truncated) return 'the listing of the source was not complete';
  if (tally.seen === 0) return 'the source returned no rows at all';
  if (tally.held > 0) return `${tally.held} deletes are held`;
  if (tally.quarantined > 0)
    return `${tally.quarantined === 1 ? '1 row was' : `${tally.quarantined} rows were`} quarantined, and with a full reconciliation their documents would go`;
  return undefined;
}

import { toBridgeError } from '../core/errors.ts';
import type { Ports } from './ports/job.ts';
import { latestManifest } from './artifact/layout.ts';
import type { Receipt } from './ports/delivery-port.ts';
import type { ListingRemarks, Manifest, RunCounts } from './ports/ports.ts';
import type { FinishedStatus, Lease } from './ports/state-port.ts';

export interface CommitOutcome {
  readonly status: FinishedStatus;
  readonly counts: RunCounts;
}

/**
 * Phase commit: the state applies what the destination acknowledged, in one transaction; only then does `latest` move.
 * @throws BridgeError LEASE_LOST, with nothing written, when another run took over. After the transaction, a lost lease is not a
 * failure: this run is done, and the other run has pointed `latest` at the newest committed run.
 */
export async function commit(
  manifest: Manifest,
  receipt: Receipt,
  prefix: string,
  lease: Pick<Lease, 'fence'>,
  ports: Pick<Ports, 'state' | 'store' | 'clock' | 'log'>,
): Promise<CommitOutcome> {
  const counts = { ...manifest.counts, rejected: receipt.rejected };
  const status = statusOf(counts, manifest.listing);
  await ports.state.commit({
    runId: manifest.runId,
    fence: lease.fence,
    status,
    counts,
    finishedAt: ports.clock.now(),
    keepsRejections: manifest.listing?.unread === true,
  });
  await pointLatest(manifest, prefix, ports).catch((thrown: unknown) => {
    const { code, message } = toBridgeError(thrown);
    if (code !== 'LEASE_LOST') throw thrown;
    ports.log.warn('latest/manifest.json is left to the run that took over', { reason: message });
  });
  return { status, counts };
}

/** Held deletes need a decision by an operator, so they outrank quarantined rows and rows that the source did not list. */
export function statusOf(
  { held, quarantined, rejected }: RunCounts,
  { truncated }: ListingRemarks = {},
): FinishedStatus {
  if (held > 0) return 'HELD';
  return quarantined > 0 || rejected > 0 || truncated === true ? 'PARTIAL' : 'SUCCESS';
}

export function pointLatest(
  manifest: Manifest,
  prefix: string,
  { store }: Pick<Ports, 'store'>,
): Promise<void> {
  return store.replace(latestManifest(prefix), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
}

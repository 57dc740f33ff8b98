import { FingerprintSet } from './fingerprint-set.ts';
import type { Job } from '../ports/job.ts';
import type { Position, State } from '../ports/state-port.ts';

/** The fingerprints of stored records that a run needs. A record without a mark after the listing is missing from the source. */
export interface KnownDocuments {
  /**
   * The fingerprints of the records that are not soft-deleted, once the listing has begun; empty for a delta query, which proves
   * nothing about the rows it does not list.
   */
  readonly live: FingerprintSet;
  /**
   * Fingerprints of the soft-deleted records; empty except under `auto_delete_missing`. An earlier policy left their
   * documents in the target, or the outcome of their deletes is unknown; the current policy deletes the missing ones. They are
   * kept separate, because a row that comes back must be processed even if its bytes are unchanged: its soft delete must be undone.
   */
  readonly softDeleted: FingerprintSet;
  /**
   * Fingerprints of the records of withdrawn documents, under every policy and for every listing: their deletes are repeated until
   * they are acknowledged, or until a row becomes a valid document again.
   */
  readonly withdrawn: FingerprintSet;
}

/**
 * Returns the known documents. The live ones are missing until `withLiveDocuments` adds them.
 * @throws BridgeError STATE_*
 */
export async function knownDocuments(
  { deletePolicy }: Pick<Job, 'deletePolicy'>,
  { state }: { readonly state: Pick<State, 'fingerprints'> },
  { scope, empty }: Position,
): Promise<KnownDocuments> {
  const known = {
    live: new FingerprintSet(),
    softDeleted: new FingerprintSet(),
    withdrawn: new FingerprintSet(),
  };
  if (empty) return known;
  for await (const chunk of state.fingerprints(scope, 'withdrawn')) known.withdrawn.addAll(chunk);
  if (deletePolicy === 'auto_delete_missing') {
    for await (const chunk of state.fingerprints(scope, 'soft-deleted')) known.softDeleted.addAll(chunk);
  }
  return known;
}

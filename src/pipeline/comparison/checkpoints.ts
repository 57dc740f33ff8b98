import type { Tally } from '../counts/tally.ts';
import type { Job } from '../ports/job.ts';
import type { ListingEnd, Source } from '../ports/ports.ts';
import type { Position } from '../ports/state-port.ts';
import type { KnownDocuments } from './known-documents.ts';

type Listing = Source['listing'];

export interface PlannedCheckpoint {
  /** The checkpoint that is valid once the plan is applied; null: none. */
  readonly watermark: string | null;
  /** Where to return to for rejected rows: the checkpoint that this listing started from; null: it has everything. */
  readonly startedFrom: string | null;
}

/** A feed of changes that starts at its beginning lists everything, so it proves deletes. */
export function listingOf(
  { full, reconcile, mapping }: Job,
  { listing, continuesFrom }: Source,
  { checkpoint, mappingVersion }: Position,
): Listing {
  if (continuesFrom === undefined) return listing;
  const all = full || reconcile || mappingVersion !== mapping.version;
  return all || checkpoint === undefined || !continuesFrom(checkpoint) ? 'full' : listing;
}

/**
 * A checkpoint of another mapping cannot be used: its documents look different now, so all rows must be processed. A full listing
 * must not report "unchanged" if it is to be sent again, or if documents of an earlier policy are to be deleted.
 */
export function usableCheckpoint(
  { full, reconcile, mapping }: Job,
  listing: Listing,
  { checkpoint, mappingVersion }: Position,
  { softDeleted }: KnownDocuments,
): string | undefined {
  const mustList = listing === 'full' && (reconcile || softDeleted.size > 0);
  const all = full || mustList || mappingVersion !== mapping.version;
  return all ? undefined : checkpoint;
}

interface Outcome {
  readonly tally: Tally;
  readonly end: ListingEnd;
  /** Every document that is missing from a full listing is deleted, or is to stay. */
  readonly isSettled: boolean;
}

/** @param startedFrom the checkpoint that the source was given; null: none */
export function nextCheckpoint(
  listing: Listing,
  { tally, end, isSettled }: Outcome,
  startedFrom: string | null,
): PlannedCheckpoint {
  if (listing === 'full') {
    // Rejected documents remove the checkpoint: otherwise a source with its old content again would seem equal to the state.
    return {
      watermark: end.unchanged === true ? startedFrom : stateOfSource(tally, end, isSettled),
      startedFrom: null,
    };
  }
  if (end.recurring === true) {
    const watermark = end.checkpoint ?? startedFrom;
    return { watermark, startedFrom: watermark };
  }
  // A delta query would never list quarantined rows again after its checkpoint has passed them. So the checkpoint stays where
  // this run started: the next run reads the same window, resends nothing (checksums decide), and retries them.
  const watermark = tally.quarantined > 0 ? startedFrom : (end.checkpoint ?? startedFrom);
  return { watermark, startedFrom };
}

/** The checkpoint of a full listing, if the state has exactly its content once the plan is applied. */
function stateOfSource(
  { quarantined }: Tally,
  { checkpoint, truncated }: ListingEnd,
  isSettled: boolean,
): string | null {
  return truncated || quarantined > 0 || !isSettled ? null : (checkpoint ?? null);
}

import type { Job, Ports } from '../ports/job.ts';
import type { ListingEnd, ListingRemarks } from '../ports/ports.ts';
import type { Tally } from './tally.ts';

type Logging = Pick<Ports, 'log'>;

/** Older events change nothing, like a row that is already known. */
export function countOlder({ older = 0 }: ListingEnd, tally: Tally, { log }: Logging): void {
  if (older === 0) return;
  tally.seen += older;
  tally.unchanged += older;
  log.info('events that were older than what is known of their documents count as unchanged', { older });
}

/** Warns of the rows that each run will list until their time has come. */
export function warnOfRowsAhead({ ahead }: ListingEnd, { mapping }: Job, { log }: Logging): void {
  if (ahead === undefined) return;
  const field = mapping.watermarkField;
  log.warn('rows have a watermark after the present of the source; the checkpoint stays before them', {
    ...(field !== undefined && { field }),
    ...ahead,
  });
}

/** A recurring listing is read in parts, and only this part was sent again. */
export function sayWhichPart(
  { truncated, recurring }: ListingEnd,
  checkpoint: string | undefined,
  { log }: Logging,
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

/** Returns what the manifest says about the listing. */
export function remarksOf(
  { truncated, recurring, unchanged, ahead }: ListingEnd,
  unidentified: number,
): ListingRemarks {
  return {
    // In a recurring listing, the rest is the next part.
    ...(truncated && recurring !== true && { truncated }),
    ...(unchanged === true && { unchanged }),
    ...(unidentified > 0 && { unidentified }),
    ...(ahead !== undefined && { ahead }),
  };
}

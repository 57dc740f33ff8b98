import type { RunEnd, RunSubject } from '../run-report.ts';

/** The reason for a message to the channel. */
export type Occasion = { readonly kind: 'alert'; readonly signature: string } | { readonly kind: 'recovery' };

/** The message that the end of a run requires; undefined if none is needed. */
export function occasionOf(
  { mode, targetKind }: RunSubject,
  { status, work, error }: RunEnd,
): Occasion | undefined {
  if (mode !== 'run' || targetKind === 'local') return undefined;
  if (error !== null)
    return isNews(error.code) ? { kind: 'alert', signature: `FAILED ${error.code}` } : undefined;
  // Work that was already completed under this run id was announced at that time.
  if (work !== 'done') return undefined;
  return status === 'SUCCESS' ? { kind: 'recovery' } : { kind: 'alert', signature: status };
}

/**
 * Whether an error is worth an alert. A person who stops a run knows that already. A run that finds another one in progress did
 * not start, and the other one reports its own end.
 */
function isNews(code: string): boolean {
  return code !== 'INTERRUPTED' && code !== 'LEASE_HELD';
}

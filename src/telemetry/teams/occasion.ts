import type { RunEnd, RunSubject } from '../run-report.ts';

/** Why a channel is written to. */
export type Occasion = { readonly kind: 'alert'; readonly signature: string } | { readonly kind: 'recovery' };

/** What the end of a run is an occasion for; undefined: nobody needs to hear of it. */
export function occasionOf(
  { mode, targetKind }: RunSubject,
  { status, work, error }: RunEnd,
): Occasion | undefined {
  if (mode !== 'run' || targetKind === 'local') return undefined;
  if (error !== null)
    return isNews(error.code) ? { kind: 'alert', signature: `FAILED ${error.code}` } : undefined;
  // What was done under this id before was announced before.
  if (work !== 'done') return undefined;
  return status === 'SUCCESS' ? { kind: 'recovery' } : { kind: 'alert', signature: status };
}

/** Who stops a run knows it. A run that finds another one at work did not begin, and that one tells how it ends. */
function isNews(code: string): boolean {
  return code !== 'INTERRUPTED' && code !== 'LEASE_HELD';
}

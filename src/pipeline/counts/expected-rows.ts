import type { Job, Ports } from '../ports/job.ts';
import type { Position } from '../ports/state-port.ts';

/** Tells the observer how many rows to expect: a listing that reads everything has about as many as the last one. */
export async function tellExpectedRows(
  { connectorId, target, full }: Job,
  { source, state, observer }: Pick<Ports, 'source' | 'state' | 'observer'>,
  { checkpoint }: Position,
): Promise<void> {
  if (source.listing !== 'full' || (checkpoint !== undefined && !full)) return;
  const last = await state.lastCommitted(connectorId);
  const seen = last?.target === target ? last.counts?.seen : undefined;
  if (seen !== undefined) observer.expected?.(seen);
}

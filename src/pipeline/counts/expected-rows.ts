import type { Job, Ports } from '../ports/job.ts';
import type { Position } from '../ports/state-port.ts';

/**
 * Tells the observer how many rows to expect: a listing that reads everything has about as many as the last one.
 * @returns about how many records there are: those of the last listing, and those that it lacked; 0 if that is unknown
 */
export async function tellExpectedRows(
  { connectorId, target, full }: Job,
  { source, state, observer }: Pick<Ports, 'source' | 'state' | 'observer'>,
  { checkpoint }: Position,
): Promise<number> {
  if (source.listing !== 'full' || (checkpoint !== undefined && !full)) return 0;
  const last = await state.lastCommitted(connectorId);
  if (last?.target !== target || last.counts === null) return 0;
  const { seen, missing } = last.counts;
  observer.expected?.(seen);
  return seen + (missing ?? 0);
}

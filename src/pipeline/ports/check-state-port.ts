import type { QueueDepth } from './push-port.ts';
import type { State } from './state-port.ts';

/**
 * The queries that checks such as `doctor` and `check-drift` make of the state. They never write: an unknown position is not
 * created. Names belong to the kind that the state was opened for.
 */
export interface CheckState extends Pick<State, 'position' | 'close'> {
  /** Returns how many pushed events of a connector wait for a run. */
  queueDepth(connectorId: string): Promise<QueueDepth>;
}

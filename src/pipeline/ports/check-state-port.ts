import type { QueueDepth } from './push-port.ts';
import type { State } from './state-port.ts';

/**
 * What checks such as `doctor` and `check-drift` ask of the state. Nothing here writes: a position that is not known is not
 * made. Names are of the kind that it was opened for.
 */
export interface CheckState extends Pick<State, 'position' | 'close'> {
  /** How much of what was pushed to a connector waits for a run. */
  queueDepth(connectorId: string): Promise<QueueDepth>;
}

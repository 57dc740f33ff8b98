import type { Clock } from '../../core/time/clock.ts';
import type { Logger } from '../../core/log.ts';
import { openPushQueue } from '../../state/push/queue.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { stateLocation } from '../run/state-location.ts';
import { createPushIntake, type IntakeBounds, type PushIntake } from './intake.ts';

/** @throws BridgeError ENVIRONMENT_INVALID or STATE_* */
export async function openPushIntake({
  catalog,
  clock,
  log,
  bounds,
  ...place
}: {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Logger;
  /** Only tests set these bounds. */
  readonly bounds?: IntakeBounds;
}): Promise<PushIntake & { close(): Promise<void> }> {
  const queue = await openPushQueue(stateLocation(place));
  return {
    ...createPushIntake({ catalog, queue, clock, log, ...(bounds && { bounds }) }),
    close: () => queue.close(),
  };
}

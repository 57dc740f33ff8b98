import type { DatabaseAddress } from '../../database/database.ts';
import { streamWithStateErrors, withStateErrors } from '../../database/with-state-errors.ts';
import type { CheckState } from '../../pipeline/ports/check-state-port.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';
import { queueDepth } from '../push/depth.ts';
import { position } from '../run/records/records.ts';
import { lastCommitted, unfinishedRuns } from '../run/runs.ts';
import { openStateDatabase, requirePushQueue } from '../state-database.ts';
import { knownElsewhere, recordIdentities } from './record-identities.ts';

/**
 * Opens the state for checking. Does not create a missing file.
 * @throws BridgeError, as `openState` does; STATE_NOT_MIGRATED also for the embedded file.
 */
export async function openCheckState(
  options: DatabaseAddress & { readonly kind?: RunKind },
): Promise<CheckState> {
  const database = await openStateDatabase({ ...options, readOnly: true });
  const reading = withStateErrors(database);
  const streaming = streamWithStateErrors(database);
  return {
    position: reading((on, name: string, target: string) => position(on, name, target, true)),
    queueDepth: reading((on, connectorId: string) => {
      requirePushQueue(on);
      return queueDepth(on, connectorId);
    }),
    records: (connectorId, target) => streaming(recordIdentities(database, connectorId, target)),
    knownElsewhere: reading(knownElsewhere),
    unfinishedRuns: reading(unfinishedRuns),
    lastCommitted: reading(lastCommitted),
    close: () => database.close(),
  };
}

import type { DatabaseAddress } from '../../database/database.ts';
import { withStateErrors } from '../../database/with-state-errors.ts';
import type { CheckState } from '../../pipeline/ports/check-state-port.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';
import { queueDepth } from '../push/depth.ts';
import { position } from '../run/records.ts';
import { openStateDatabase, requirePushQueue } from '../state-database.ts';

/**
 * Opens the state for checking. Does not create a missing file.
 * @throws BridgeError, as `openState` does; STATE_NOT_MIGRATED also for the embedded file.
 */
export async function openCheckState(
  options: DatabaseAddress & { readonly kind?: RunKind },
): Promise<CheckState> {
  const database = await openStateDatabase({ ...options, readOnly: true });
  const reading = withStateErrors(database);
  return {
    position: reading((on, name: string, target: string) => position(on, name, target, true)),
    queueDepth: reading((on, connectorId: string) => {
      requirePushQueue(on);
      return queueDepth(on, connectorId);
    }),
    close: () => database.close(),
  };
}

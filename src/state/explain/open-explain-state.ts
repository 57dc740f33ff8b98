import type { DatabaseAddress } from '../../database/database.ts';
import { withStateErrors, streamWithStateErrors } from '../../database/with-state-errors.ts';
import type { ExplainState } from '../../pipeline/ports/explain-state-port.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';
import { waitingPushes } from '../push/waiting.ts';
import { stepsOf } from '../run/journal.ts';
import { openStateDatabase, requirePushQueue } from '../state-database.ts';
import { documentFacts, recordIds } from './document-facts.ts';

/**
 * Opens the state for reading by `explain`. Does not create a missing file.
 * @throws BridgeError, as `openState` does.
 */
export async function openExplainState(
  options: DatabaseAddress & { readonly kind?: RunKind },
): Promise<ExplainState> {
  const database = await openStateDatabase({ ...options, readOnly: true });
  const reading = withStateErrors(database);
  const streaming = streamWithStateErrors(database);
  return {
    documentFacts: reading(documentFacts),
    waitingPushes: reading((on, connectorId: string, docId: string) => {
      requirePushQueue(on);
      return waitingPushes(on, connectorId, docId);
    }),
    recordIds: (connectorId, target) => streaming(recordIds(database, connectorId, target)),
    deliverySteps: reading(stepsOf),
    close: () => database.close(),
  };
}

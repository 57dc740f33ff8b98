import type { AuditEvent } from '../../core/access/audit-log.ts';
import { systemClock } from '../../core/time/clock.ts';
import { streamWithStateErrors, withStateErrors } from '../../database/with-state-errors.ts';
import type { RetireState } from '../../pipeline/ports/retire-state-port.ts';
import { insertAuditEvent } from '../audit/insert-event.ts';
import { recordIdentities } from '../check/record-identities.ts';
import { queueDepth } from '../push/depth.ts';
import { stateOf, type StateOptions } from '../run/open-state.ts';
import { openStateDatabase } from '../state-database.ts';

/**
 * Opens the state to retire a connector.
 * @throws BridgeError, as `openState` does
 */
export async function openRetireState(options: StateOptions): Promise<RetireState> {
  const database = await openStateDatabase(options);
  const guarded = withStateErrors(database);
  const streaming = streamWithStateErrors(database);
  return {
    ...stateOf(database, options),
    queueDepth: guarded(queueDepth),
    records: (connectorId, target) => streaming(recordIdentities(database, connectorId, target)),
    audit: guarded(({ knex }, event: AuditEvent) => insertAuditEvent(knex, event, systemClock.now())),
  };
}

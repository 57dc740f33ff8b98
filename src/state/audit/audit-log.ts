import type { AuditLog } from '../../core/access/audit-log.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { insertAuditEvent } from './insert-event.ts';

export function openAuditLog(database: Pick<ServerDatabase, 'guarded'>, clock: Clock): AuditLog {
  return {
    record: (event) => database.guarded(({ knex }) => insertAuditEvent(knex, event, clock.now())),
  };
}

import type { AuditLog } from '../../core/access/audit-log.ts';
import { auditFields } from '../../core/access/audit-text.ts';
import { silentLogger, type Logger } from '../../core/log.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { insertAuditEvent } from './insert-event.ts';

/** @param log gets a line for each event, so that a copy leaves the machine with the log */
export function openAuditLog(
  database: Pick<ServerDatabase, 'guarded'>,
  clock: Clock,
  log: Pick<Logger, 'info'> = silentLogger,
): AuditLog {
  return {
    async record(event) {
      await database.guarded(({ knex }) => insertAuditEvent(knex, event, clock.now()));
      log.info('audit', auditFields(event));
    },
  };
}

import type { Knex } from 'knex';
import type { AuditEvent } from '../../core/access/audit-log.ts';
import { auditFields } from '../../core/access/audit-text.ts';
import type { Logger } from '../../core/log.ts';
import { insertAuditEvent } from './insert-event.ts';

/** Records an event in the transaction of its action. */
export type RecordEvent = (event: AuditEvent, now: Date) => Promise<void>;

/** Changes the state in one transaction. Each event that it records is one line of the log, as soon as the change is committed. */
export async function auditedChange<Answer>(
  knex: Knex,
  log: Pick<Logger, 'info'>,
  work: (transaction: Knex.Transaction, record: RecordEvent) => Promise<Answer>,
): Promise<Answer> {
  const events: AuditEvent[] = [];
  const answer = await knex.transaction((transaction) =>
    work(transaction, async (event, now) => {
      await insertAuditEvent(transaction, event, now);
      events.push(event);
    }),
  );
  for (const event of events) log.info('audit', auditFields(event));
  return answer;
}

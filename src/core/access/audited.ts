import { toBridgeError } from '../errors.ts';
import type { AuditEvent, AuditLog } from './audit-log.ts';

/**
 * Records an action that is not one transaction of the database: an entry before it, without which it does not begin, and one with
 * its outcome.
 */
export async function audited<Result>(
  audit: AuditLog,
  event: Omit<AuditEvent, 'outcome'>,
  action: () => Promise<Result>,
): Promise<Result> {
  await audit.record({ ...event, outcome: 'started' });
  let result: Result;
  try {
    result = await action();
  } catch (thrown) {
    const { code } = toBridgeError(thrown);
    await audit.record({ ...event, outcome: 'failed', details: { ...event.details, code } });
    throw thrown;
  }
  await audit.record({ ...event, outcome: 'ok' });
  return result;
}

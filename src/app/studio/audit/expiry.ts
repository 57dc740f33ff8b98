import type { AuditRecords } from '../../../core/access/audit-log.ts';
import { toBridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { AUDIT_EXPIRY_HOURS, AUDIT_EXPIRY_PAGE } from '../../limits.ts';

const HOUR_MS = 3_600_000;

interface Expiry {
  readonly records: AuditRecords;
  /** `AUDIT_RETENTION_DAYS`. */
  readonly days: number;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * Deletes the entries that are older than the retention, unless a server of the same database did so within the last day.
 * @returns how many
 * @throws BridgeError STATE_*
 */
export async function expireAuditEvents({ records, days, clock }: Omit<Expiry, 'log'>): Promise<number> {
  const from = new Date(clock.now().getTime() - AUDIT_EXPIRY_HOURS * HOUR_MS).toISOString();
  const [recent] = await records.list({ action: 'audit.expire', from }, { limit: 1 });
  if (recent !== undefined) return 0;
  let expired = 0;
  for (;;) {
    const batch = await records.expire(days, AUDIT_EXPIRY_PAGE);
    expired += batch;
    if (batch < AUDIT_EXPIRY_PAGE) return expired;
  }
}

/** Expires entries now, and then every day until the returned function is called. A failure is logged and tried again. */
export function keepExpiring(expiry: Expiry): () => Promise<void> {
  let current: Promise<unknown> = Promise.resolve();
  const expire = () => {
    current = expireAuditEvents(expiry).catch((thrown: unknown) => {
      const { code, message: reason } = toBridgeError(thrown);
      expiry.log.warn('old entries of the audit log could not be deleted; this is tried again in a day', {
        code,
        reason,
      });
    });
  };
  expire();
  const timer = setInterval(expire, AUDIT_EXPIRY_HOURS * HOUR_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await current;
  };
}

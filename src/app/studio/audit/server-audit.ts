import type { Logger } from '../../../core/log.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { AUDIT_REFUSAL_WINDOW_SECONDS } from '../../limits.ts';
import type { ServerState } from '../../serve/server-state.ts';
import { auditService } from './audit-service.ts';
import { keepExpiring } from './expiry.ts';
import { openRefusals } from './refusals.ts';

interface ServerAudit {
  readonly state: Pick<ServerState, 'audit' | 'auditRecords'>;
  /** `AUDIT_RETENTION_DAYS`. */
  readonly auditRetentionDays: number;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

/** The audit log of a server: reading, refusals, and the expiry of old entries. Close it before the state. */
export function openServerAudit({ state, auditRetentionDays, clock, log }: ServerAudit) {
  const { audit, auditRecords } = state;
  const refusals = openRefusals(audit, clock, log);
  const stopExpiring = keepExpiring({ records: auditRecords, days: auditRetentionDays, clock, log });
  const sweeping = setInterval(() => void refusals.sweep(), AUDIT_REFUSAL_WINDOW_SECONDS * 1_000);
  sweeping.unref();
  return {
    services: { audit, auditEvents: auditService(auditRecords, audit), refusals },
    async close() {
      clearInterval(sweeping);
      await stopExpiring();
      await refusals.close();
    },
  };
}

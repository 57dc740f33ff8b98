import { BridgeError } from '../../../core/errors.ts';
import {
  AUDIT_RETENTION_DAYS_DEFAULT,
  AUDIT_RETENTION_DAYS_MAX,
  AUDIT_RETENTION_DAYS_MIN,
} from '../../limits.ts';

/** `AUDIT_RETENTION_DAYS`. @throws BridgeError ENVIRONMENT_INVALID */
export function readAuditRetention(env: Readonly<Record<string, string | undefined>>): number {
  const text = env['AUDIT_RETENTION_DAYS'] ?? '';
  if (text === '') return AUDIT_RETENTION_DAYS_DEFAULT;
  const value = Number(text);
  const fits = value >= AUDIT_RETENTION_DAYS_MIN && value <= AUDIT_RETENTION_DAYS_MAX;
  if (/^[1-9]\d*$/.test(text) && fits) return value;
  throw new BridgeError(
    'ENVIRONMENT_INVALID',
    `AUDIT_RETENTION_DAYS is ${JSON.stringify(text)}; it may be a whole number from ${AUDIT_RETENTION_DAYS_MIN} to ${AUDIT_RETENTION_DAYS_MAX}.`,
    { hint: `Leave it out for ${AUDIT_RETENTION_DAYS_DEFAULT}.` },
  );
}

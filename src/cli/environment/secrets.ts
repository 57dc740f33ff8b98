import { telemetrySecrets } from './telemetry.ts';

/** Whole variables of which the value is a secret. */
const SECRETS: readonly string[] = ['ADMIN_API_KEY', 'SESSION_SECRET', 'SPLUNK_HEC_TOKEN'];

/**
 * Every secret of the server and of telemetry. It is not checked whether they can be used: a weak key, or a token whose address
 * is missing, must not be shown either.
 */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): string[] {
  const whole = SECRETS.map((name) => env[name] ?? '').filter((value) => value !== '');
  return [...whole, ...telemetrySecrets(env)];
}

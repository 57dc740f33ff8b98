import { managedKeySecrets } from './managed-keys.ts';
import { telemetrySecrets } from './telemetry.ts';

/** Variables whose whole value is a secret. */
const SECRETS: readonly string[] = ['ADMIN_API_KEY', 'OPENAI_API_KEY', 'SESSION_SECRET', 'SPLUNK_HEC_TOKEN'];

/**
 * Every secret of the server, of embeddings, of stored secrets and of telemetry. The values are not validated: a weak key, or a token whose URL is missing,
 * must not be shown either.
 */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): string[] {
  const whole = SECRETS.map((name) => env[name] ?? '').filter((value) => value !== '');
  return [...whole, ...managedKeySecrets(env), ...telemetrySecrets(env)];
}

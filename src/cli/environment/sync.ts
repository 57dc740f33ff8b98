import { BridgeError } from '../../core/errors.ts';
import { SYNC_REQUESTS_PER_MINUTE_DEFAULT, SYNC_REQUESTS_PER_MINUTE_MAX } from '../limits.ts';

/** `SYNC_REQUESTS_PER_MINUTE` and `SYNC_ALLOWED_ORIGINS`. */
export interface SyncEndpoint {
  /** Sync requests of one key. */
  readonly requestsPerMinute: number;
  /** Origins whose pages may send sync requests, such as `https://admin.example.com`. */
  readonly allowedOrigins: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws BridgeError ENVIRONMENT_INVALID */
export function readSyncEndpoint(env: Variables): SyncEndpoint {
  return { requestsPerMinute: requestsPerMinute(env), allowedOrigins: origins(env) };
}

function requestsPerMinute(env: Variables): number {
  const text = env['SYNC_REQUESTS_PER_MINUTE'] ?? '';
  if (text === '') return SYNC_REQUESTS_PER_MINUTE_DEFAULT;
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && value <= SYNC_REQUESTS_PER_MINUTE_MAX) return value;
  throw invalid(
    `SYNC_REQUESTS_PER_MINUTE is ${JSON.stringify(text)}; it may be a whole number from 1 to ${SYNC_REQUESTS_PER_MINUTE_MAX}.`,
    `Leave it out for ${SYNC_REQUESTS_PER_MINUTE_DEFAULT}.`,
  );
}

function origins(env: Variables): string[] {
  const listed = (env['SYNC_ALLOWED_ORIGINS'] ?? '').split(',').map((entry) => entry.trim());
  const given = listed.filter((entry) => entry !== '');
  const wrong = given.find((entry) => !URL.canParse(entry) || new URL(entry).origin !== entry);
  if (wrong === undefined) return given;
  throw invalid(
    `SYNC_ALLOWED_ORIGINS has ${JSON.stringify(wrong)}, which is not the origin of a website.`,
    'Write each origin by name, with commas between them, such as https://admin.example.com. A wildcard is not allowed.',
  );
}

function invalid(message: string, hint: string): BridgeError {
  return new BridgeError('ENVIRONMENT_INVALID', message, { hint });
}

import { randomBytes } from 'node:crypto';
import type { Catalog } from '../../app/catalog/catalog.ts';
import { makeFirstKey } from '../../app/serve/make-access-key.ts';
import type { ServerState } from '../../app/serve/server-state.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Gate } from './access.ts';
import type { AccessSettings } from './access-settings.ts';
import type { Metrics } from '../../app/serve/metrics.ts';
import { openCredentials, type Credentials } from './keys/credentials.ts';
import { keyGate } from './key-gate.ts';
import { isLoopbackHost, loopbackGate } from './loopback-gate.ts';
import { DelayedComparisons } from './keys/delayed-comparisons.ts';
import { openKeyCheck, type KeyCheck } from './keys/key-check.ts';
import { openPushTokens } from './keys/push-tokens.ts';
import { WrongKeyCounts, type WrongKeyBounds } from './keys/wrong-key-counts.ts';
import { openRefusedKeys } from './keys/refused-keys.ts';
import { openSessions, type Sessions } from './login/sessions.ts';
import { openSignOn } from './sign-on.ts';

/** What the login page requires. */
export interface Login {
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly keyCheck: KeyCheck;
}

interface AccessOptions {
  readonly settings: AccessSettings;
  /** The value of `--host`. */
  readonly host: string;
  readonly state: ServerState;
  readonly catalog: Catalog;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  /** Only tests set these limits. */
  readonly guessing?: { readonly counts: WrongKeyBounds; readonly delayed: number };
}

/**
 * Opens the access control of a server. A server that has never had a key is open to its own machine if it listens only
 * there; otherwise an admin key is created.
 * @returns `login` is undefined if no login is required
 * @throws BridgeError STATE_*
 */
export async function openAccess(
  options: AccessOptions,
): Promise<{ readonly gate: Gate; readonly login: Login | undefined }> {
  const { settings, host, state, clock, guessing } = options;
  const signOn = openSignOn(settings);
  const pushTokens = openPushTokens(options);
  await pushTokens.reportWeak();
  if (settings.adminKey === undefined && signOn === undefined && !(await state.keys.any())) {
    if (isLoopbackHost(host)) return { gate: loopbackGate(), login: undefined };
    const wanted = {
      name: 'made at the first start',
      right: 'admin',
      connectorId: null,
      expiresAt: null,
    } as const;
    const made = await makeFirstKey(state, wanted);
    if (made !== undefined) settings.announceKey(made.key);
  }
  const secret =
    settings.sessionSecret ??
    (await state.sessions.signingSecret(randomBytes(32).toString('base64url'), clock.now()));
  const credentials = openCredentials({ ...options, pushTokens });
  const sessions = openSessions(secret, state.sessions, clock);
  const keyCheck = openKeyCheck({
    credentials,
    refusedKeys: openRefusedKeys(options),
    wrongKeys: new WrongKeyCounts(clock, guessing?.counts),
    delayed: new DelayedComparisons(guessing?.delayed),
  });
  const login = { credentials, sessions, keyCheck };
  return { gate: keyGate({ ...login, signOn }), login };
}

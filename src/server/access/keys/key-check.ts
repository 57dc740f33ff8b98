import type { FastifyRequest } from 'fastify';
import { UNAVAILABLE_RETRY_AFTER_SECONDS } from '../../../core/limits.ts';
import type { Credential, Credentials } from './credentials.ts';
import { HttpError } from '../../http/http-error.ts';
import type { RefusedKeys } from './refused-keys.ts';
import type { DelayedComparisons } from './delayed-comparisons.ts';
import type { WrongKeyCounts } from './wrong-key-counts.ts';

/** Checks the keys that clients send, in a header or in the login form. */
export interface KeyCheck {
  /**
   * @param connectorId the connector that is pushed to; its push token is accepted too
   * @returns undefined for a wrong key
   * @throws HttpError TOO_MANY_REQUESTS for a wrong key from an address that has sent too many, PUSH_TOKEN_WEAK; BridgeError
   *   STATE_*
   */
  credentialOf(key: string, request: FastifyRequest, connectorId?: string): Promise<Credential | undefined>;
}

interface KeyCheckParts {
  readonly credentials: Credentials;
  readonly refusedKeys: RefusedKeys;
  readonly wrongKeys: WrongKeyCounts;
  readonly delayed: DelayedComparisons;
}

/**
 * A correct key is always accepted, whatever else its address has sent. Keys that this program generated have 256 random bits
 * and are compared immediately. Keys that a person may have chosen (`ADMIN_API_KEY`, push tokens) are compared immediately
 * only while their address has sent few wrong keys, and with an increasing delay after that.
 */
export function openKeyCheck({ credentials, refusedKeys, wrongKeys, delayed }: KeyCheckParts): KeyCheck {
  /** @throws HttpError TOO_MANY_REQUESTS if the client disconnected during the delay, in which case its key is not compared */
  async function waitForTurn({ ip, socket }: FastifyRequest): Promise<void> {
    const known = wrongKeys.of(ip);
    const { delayMs } = known;
    if (delayMs === 0) return;
    const end = known.delay();
    try {
      if (!(await delayed.wait(delayMs, socket))) throw refusedKeys.unheard();
    } finally {
      end();
    }
  }

  return {
    async credentialOf(key, request, connectorId) {
      const stored = await credentials.ofStoredKey(key);
      if ('credential' in stored) return stored.credential;
      const chosen = await credentials.chosenKeys(connectorId);
      await waitForTurn(request);
      // There is no await from here to the count: simultaneous requests must not be compared before one of them is counted.
      const credential = chosen.credentialOf(key);
      if (credential !== undefined) return credential;
      refusedKeys.note(stored.refusal, wrongKeys.of(request.ip), request);
      if (chosen.isTokenWeak) throw weakToken();
      return undefined;
    },
  };
}

/** The answer is the same for every unknown key, so that it does not reveal whether the key is the weak token. */
function weakToken(): HttpError {
  return new HttpError('PUSH_TOKEN_WEAK', 'The push token of this connector is too weak, so it is refused.', {
    hint: 'Set a longer token on the server, or push with a key of: gemini-sync-bridge keys create --right push',
    retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS,
  });
}

import type { ServerState } from '../../../app/serve/server-state.ts';
import {
  digestOf,
  keyIdOf,
  sameDigest,
  type AccessKey,
  type Right,
} from '../../../core/secrets/access-key.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { KEY_USE_SECONDS } from '../../limits.ts';
import type { Logger } from '../../../core/log.ts';
import type { Caller } from '../access.ts';
import type { AccessSettings } from '../access-settings.ts';
import type { PushTokens } from './push-tokens.ts';
import { createTtlCache } from '../../memory/ttl-cache.ts';

/** What a valid key grants. */
export interface Credential {
  /** The id that a session stores for the credential. */
  readonly id: string;
  readonly caller: Caller;
  readonly right: Right;
  /** The only connector that may be pushed to; null allows every connector. */
  readonly connectorId: string | null;
}

/** Why a key is refused. A revoked or expired key was sent in full, so its name may be shown to the operator. */
export type KeyRefusal =
  | { readonly reason: 'unknown' }
  | { readonly reason: 'revoked' | 'expired'; readonly key: Pick<AccessKey, 'id' | 'name'> };

type KeyOutcome = { readonly credential: Credential } | { readonly refusal: KeyRefusal };

/** Knows every credential that replaces a login: keys, `ADMIN_API_KEY`, and the push tokens of connectors. */
export interface Credentials {
  /** Compares a key with those created by `keys create`. @throws BridgeError STATE_* */
  ofStoredKey(key: string): Promise<KeyOutcome>;
  /** @param connectorId the connector that is pushed to; its push token is accepted too */
  chosenKeys(connectorId: string | undefined): Promise<ChosenKeys>;
  /** The credential that opened a session, if it is still valid. @throws BridgeError STATE_* */
  ofId(id: string): Promise<Credential | undefined>;
}

/** The keys that a person may have chosen and that a request may send. */
interface ChosenKeys {
  /** True if the token of the connector that is pushed to can be guessed; such a token is not accepted. */
  readonly isTokenWeak: boolean;
  /** Compares synchronously, so that a caller can count a wrong key before the next one is compared. */
  credentialOf(key: string): Credential | undefined;
}

interface CredentialsOptions {
  readonly settings: Pick<AccessSettings, 'adminKey'>;
  readonly state: Pick<ServerState, 'keys'>;
  readonly pushTokens: PushTokens;
  readonly clock: Clock;
  readonly log: Logger;
}

type FoundKey = NonNullable<Awaited<ReturnType<ServerState['keys']['look']>>>;

/** Replaces the hash of a key that does not exist, so that the comparison takes the same time. */
const NO_KEY = Buffer.alloc(32);

const UNKNOWN: KeyOutcome = { refusal: { reason: 'unknown' } };

export function openCredentials({
  settings,
  state,
  pushTokens,
  clock,
  log,
}: CredentialsOptions): Credentials {
  const { keys } = state;
  const admin = adminCredential(settings.adminKey);
  const stored = createTtlCache((id: string) => keys.look(id), clock);

  const noting = new Set<string>();
  /** A request is not refused when its use of a key cannot be recorded. */
  async function noteUse({ id, lastUsedAt }: AccessKey): Promise<void> {
    const now = clock.now();
    const noted = lastUsedAt !== null && now.getTime() - Date.parse(lastUsedAt) < KEY_USE_SECONDS * 1_000;
    if (noted || noting.has(id)) return;
    noting.add(id);
    await keys.noteUse(id, now).catch((thrown: unknown) => {
      log.warn('the use of a key could not be recorded', { key: id, reason: String(thrown) });
    });
    stored.forget(id);
    noting.delete(id);
  }

  async function ofStoredKey(text: string): Promise<KeyOutcome> {
    const id = keyIdOf(text);
    if (id === undefined) return UNKNOWN;
    const found = await stored(id);
    const key = found?.key;
    const same = sameDigest(digestOf(text), key === undefined ? NO_KEY : Buffer.from(key.hash, 'hex'));
    if (!same || found === undefined || key === undefined) return UNKNOWN;
    const reason = endOf(found);
    if (reason !== undefined) return { refusal: { reason, key } };
    await noteUse(key);
    return { credential: credentialOf(key) };
  }

  return {
    ofStoredKey,
    async chosenKeys(connectorId) {
      const token = connectorId === undefined ? undefined : await pushTokens.of(connectorId);
      return {
        isTokenWeak: token !== undefined && token.digest === undefined,
        credentialOf(key) {
          const digest = digestOf(key);
          if (admin !== undefined && sameDigest(digest, admin.digest)) return admin.credential;
          if (connectorId === undefined || token?.digest === undefined) return undefined;
          if (!sameDigest(digest, token.digest)) return undefined;
          token.used();
          return tokenCredential(connectorId);
        },
      };
    },
    async ofId(id) {
      if (id === admin?.credential.id) return admin.credential;
      const found = await stored(id);
      return found === undefined || endOf(found) !== undefined ? undefined : credentialOf(found.key);
    },
  };
}

function endOf({ key, isExpired }: FoundKey): 'revoked' | 'expired' | undefined {
  if (key.revokedAt !== null) return 'revoked';
  return isExpired ? 'expired' : undefined;
}

function credentialOf({ id, name, right, connectorId }: AccessKey): Credential {
  return { id, caller: { id, name, kind: 'key', right }, right, connectorId };
}

function tokenCredential(connectorId: string): Credential {
  const caller: Caller = {
    id: `connector:${connectorId}`,
    name: `the push token of ${connectorId}`,
    kind: 'key',
    right: 'push',
  };
  return { id: caller.id, caller, right: 'push', connectorId };
}

function adminCredential(key: string | undefined) {
  if (key === undefined) return undefined;
  const digest = digestOf(key);
  // Sessions end when the key changes, because they store a hash of its hash.
  const id = `env-${digestOf(digest.toString('hex')).toString('hex').slice(0, 16)}`;
  const caller: Caller = { id: 'admin-api-key', name: 'ADMIN_API_KEY', kind: 'key', right: 'admin' };
  const credential: Credential = { id, caller, right: 'admin', connectorId: null };
  return { digest, credential };
}

import type { Catalog } from '../../../app/catalog/catalog.ts';
import { pushTokenValue, type StoredPushToken } from '../../../app/secrets/push-token.ts';
import type { ServerState } from '../../../app/serve/server-state.ts';
import { toBridgeError } from '../../../core/errors.ts';
import { isConnectionString } from '../../../core/secrets/connection-string.ts';
import { secretVariable } from '../../../definitions/connector/secrets/secrets.ts';
import type { Connector } from '../../../definitions/connector/types.ts';
import { digestOf } from '../../../core/secrets/access-key.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { PUSH_TOKEN_CHARACTERS_MIN } from '../../../core/limits.ts';
import { REFUSED_KEY_REPEAT_SECONDS } from '../../limits.ts';
import type { Logger } from '../../../core/log.ts';
import { secretFault } from '../../../core/secrets/secret-strength.ts';
import { createTtlCache } from '../../memory/ttl-cache.ts';
import type { AccessSettings } from '../access-settings.ts';

interface PushToken {
  /** Undefined if the token can be guessed, in which case it is not accepted. */
  readonly digest: Buffer | undefined;
  /** Records that a producer used the token. It does not wait, and never fails. */
  used(): void;
}

/** The tokens that producers send: secrets of push connectors. */
export interface PushTokens {
  /**
   * @returns undefined if the connector has no token that can be read, takes no pushes, or does not exist
   * @throws BridgeError STATE_*
   */
  of(connectorId: string): Promise<PushToken | undefined>;
  /** Logs which connectors currently have a weak token, or one that cannot be read. */
  reportWeak(): Promise<void>;
}

interface PushTokensOptions {
  readonly catalog: Catalog;
  readonly settings: Pick<AccessSettings, 'secret' | 'managedKeys' | 'hideSecret'>;
  readonly state: Pick<ServerState, 'secrets'>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'error' | 'warn'>;
}

export function openPushTokens({ catalog, settings, state, clock, log }: PushTokensOptions): PushTokens {
  const storedAs = createTtlCache(async (ref: string): Promise<StoredPushToken> => {
    const [stored] = await state.secrets.read([ref]);
    return stored;
  }, clock);
  /** When a token that is not accepted was last reported, by connector and secret. */
  const reportedMs = new Map<string, number>();

  function report(id: string, message: string, fields: Readonly<Record<string, string>>): void {
    const nowMs = clock.elapsedMs();
    const lastMs = reportedMs.get(id);
    if (lastMs !== undefined && nowMs - lastMs < REFUSED_KEY_REPEAT_SECONDS * 1_000) return;
    reportedMs.set(id, nowMs);
    log.error(message, fields);
  }

  /** A stored token that cannot be read is not accepted, and the environment is not used in its place. */
  function valueOf(connector: Connector, ref: string, stored: StoredPushToken): string | undefined {
    try {
      return pushTokenValue(connector, ref, stored, settings);
    } catch (thrown) {
      const { name } = connector.metadata;
      const problem = toBridgeError(thrown).message;
      report(
        `${name} ${ref}`,
        'the push token of a connector cannot be read, so pushes with it are refused',
        {
          connector: name,
          secret: ref,
          problem,
        },
      );
      return undefined;
    }
  }

  function tokenOf(connector: Connector, ref: string, stored: StoredPushToken): PushToken | undefined {
    const token = valueOf(connector, ref, stored);
    if (token === undefined) return undefined;
    const fault = isConnectionString(token)
      ? 'is a connection string, which is not accepted as a token'
      : secretFault(token, PUSH_TOKEN_CHARACTERS_MIN);
    if (fault === undefined) return { digest: digestOf(token), used: () => void noteUse(ref, stored) };
    const { name } = connector.metadata;
    const place = stored === undefined ? { variable: secretVariable(ref) } : { secret: ref };
    const problem = `${stored === undefined ? secretVariable(ref) : ref} ${fault}`;
    report(`${name} ${ref}`, 'the push token of a connector is too weak, so pushes with it are refused', {
      connector: name,
      ...place,
      problem,
    });
    return { digest: undefined, used: () => undefined };
  }

  /** A push is not refused when the use of its token cannot be recorded. */
  async function noteUse(ref: string, stored: StoredPushToken): Promise<void> {
    if (stored === undefined || wasUsedThisHour(stored, clock.now())) return;
    await state.secrets.noteUse([ref], clock.now()).catch((thrown: unknown) => {
      log.warn('the use of a secret could not be recorded', { secret: ref, reason: String(thrown) });
    });
    storedAs.forget(ref);
  }

  return {
    async of(connectorId) {
      const found = (await catalog.current()).connectors.get(connectorId);
      const ref = found && pushTokenRef(found.connector);
      if (found === undefined || ref === undefined) return undefined;
      return tokenOf(found.connector, ref, await storedAs(ref));
    },
    async reportWeak() {
      const named = [...(await catalog.current()).connectors.values()].flatMap(({ connector }) => {
        const ref = pushTokenRef(connector);
        return ref === undefined ? [] : [{ connector, ref }];
      });
      const stored = named.length === 0 ? [] : await state.secrets.read(named.map(({ ref }) => ref));
      const byName = new Map(stored.map((secret) => [secret.name, secret]));
      for (const { connector, ref } of named) tokenOf(connector, ref, byName.get(ref));
    },
  };
}

/** The secret of any other connector is a password of its source, which no client may send here. */
function pushTokenRef({ spec }: Connector): string | undefined {
  if (spec.mode !== 'rest_push' || !('secretRef' in spec.source)) return undefined;
  return spec.source.secretRef ?? '';
}

/** The last use is stored rounded to the hour. */
function wasUsedThisHour({ lastUsedAt }: NonNullable<StoredPushToken>, now: Date): boolean {
  return lastUsedAt !== null && lastUsedAt.slice(0, 13) === now.toISOString().slice(0, 13);
}

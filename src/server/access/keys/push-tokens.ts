import type { Catalog } from '../../../app/catalog/catalog.ts';
import { isConnectionString } from '../../../core/secrets/connection-string.ts';
import { secretVariable } from '../../../definitions/connector/secrets/secrets.ts';
import type { Connector } from '../../../definitions/connector/types.ts';
import { digestOf } from '../../../core/secrets/access-key.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { PUSH_TOKEN_CHARACTERS_MIN } from '../../../core/limits.ts';
import { REFUSED_KEY_REPEAT_SECONDS } from '../../limits.ts';
import type { Logger } from '../../../core/log.ts';
import { secretFault } from '../../../core/secrets/secret-strength.ts';

interface PushToken {
  /** Undefined if the token can be guessed, in which case it is not accepted. */
  readonly digest: Buffer | undefined;
}

/** The tokens that producers send: secrets of push connectors. */
export interface PushTokens {
  /** @returns undefined if the connector has no token, takes no pushes, or does not exist */
  of(connectorId: string): Promise<PushToken | undefined>;
  /** Logs which connectors currently have a weak token. */
  reportWeak(): Promise<void>;
}

interface PushTokensOptions {
  readonly catalog: Catalog;
  /** Returns the value of a `SECRET_…` variable. */
  readonly secret: (variable: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'error'>;
}

export function openPushTokens({ catalog, secret, clock, log }: PushTokensOptions): PushTokens {
  /** When a weak token was last reported, by connector and variable. */
  const reportedMs = new Map<string, number>();

  function report(connector: string, variable: string, problem: string): void {
    const id = `${connector} ${variable}`;
    const nowMs = clock.elapsedMs();
    const lastMs = reportedMs.get(id);
    if (lastMs !== undefined && nowMs - lastMs < REFUSED_KEY_REPEAT_SECONDS * 1_000) return;
    reportedMs.set(id, nowMs);
    log.error('the push token of a connector is too weak, so pushes with it are refused', {
      connector,
      variable,
      problem: `${variable} ${problem}`,
    });
  }

  function tokenOf({ metadata, spec }: Connector): PushToken | undefined {
    // The secret of any other connector is a password of its source, which no client may send here.
    if (spec.mode !== 'rest_push' || !('secretRef' in spec.source)) return undefined;
    const variable = secretVariable(spec.source.secretRef ?? '');
    const token = secret(variable);
    if (token === undefined) return undefined;
    const fault = isConnectionString(token)
      ? 'is a connection string, which is not accepted as a token'
      : secretFault(token, PUSH_TOKEN_CHARACTERS_MIN);
    if (fault === undefined) return { digest: digestOf(token) };
    report(metadata.name, variable, fault);
    return { digest: undefined };
  }

  return {
    async of(connectorId) {
      const found = (await catalog.current()).connectors.get(connectorId);
      return found && tokenOf(found.connector);
    },
    async reportWeak() {
      for (const { connector } of (await catalog.current()).connectors.values()) tokenOf(connector);
    },
  };
}

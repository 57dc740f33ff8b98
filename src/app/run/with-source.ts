import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { toBridgeError } from '../../core/errors.ts';
import { systemClock } from '../../core/time/clock.ts';
import { silentLogger } from '../../core/log.ts';
import { sleep } from '../../core/retry.ts';
import { openSource, type SourceSurroundings as SourceContext } from '../../sources/index.ts';
import type { OpenedSource } from '../../sources/opened-source.ts';
import type { BridgeContext } from './bridge.ts';
import { permitOf } from '../catalog/policy.ts';
import { lookUpSecrets } from '../../state/secrets/look-up-secrets.ts';
import type { SecretRows, StoredSecret } from '../../state/secrets/secret-rows.ts';
import { definitionSecrets, type DefinitionSecrets } from '../secrets/definition-secrets.ts';
import { stateLocation } from './state-location.ts';

export type SourceSurroundings = Pick<
  BridgeContext,
  keyof SecretVariables | 'redactor' | 'proxy' | 'policyFile' | 'oracleClientLibDir' | 'cwd' | 'databaseUrl'
>;

/** What a check sees of the requests of a source. */
type SourceView = Pick<SourceContext, 'observe'> & Partial<Pick<SourceContext, 'log'>>;

/**
 * Opens a connector's source for a check, and closes it. A person is waiting, so nothing is retried.
 * @throws BridgeError as `openSource` and `permitOf` do; what `look` throws
 */
export async function withSource<T>(
  connector: Connector,
  surroundings: SourceSurroundings,
  look: (source: OpenedSource, secret: (ref: string) => string) => Promise<T>,
  { observe, log = silentLogger }: SourceView = {},
): Promise<T> {
  const { redactor, proxy, oracleClientLibDir } = surroundings;
  const { secret, permit } = await secretsForCheck(connector, surroundings);
  const source = await openSource(connector.spec, secret, {
    retry: { retries: 0, backoffSeconds: 0 },
    clock: systemClock,
    wait: sleep,
    log,
    observe,
    proxy,
    redactor,
    oracleClientLibDir,
    permit,
    pushed: nothingPushed,
  });
  try {
    return await look(source, secret);
  } finally {
    await source.close();
  }
}

/**
 * The secrets that a run of a connector would use. Opens the state only for them, and records no use.
 * @throws BridgeError as `definitionSecrets` and `permitOf` do
 */
async function secretsForCheck(
  connector: Connector,
  surroundings: SourceSurroundings,
): Promise<DefinitionSecrets> {
  const permit = await permitOf(connector, surroundings);
  const rows = lookUpSecrets(stateLocation(surroundings));
  const reachable = { ...rows, read: (names: readonly string[]) => readForCheck(names, rows, surroundings) };
  return definitionSecrets(connector, permit, reachable, surroundings, systemClock);
}

/**
 * Without a key, this process could open no stored secret, so a state that cannot be reached does not end the check of a source.
 * With a key it does, because the secret of the environment may be another one.
 */
async function readForCheck(
  names: readonly string[],
  rows: SecretRows,
  variables: Pick<SecretVariables, 'managedKeys'>,
): Promise<StoredSecret[]> {
  try {
    return await rows.read(names);
  } catch (thrown) {
    const isOfState = toBridgeError(thrown).code.startsWith('STATE_');
    if (!isOfState || variables.managedKeys() !== undefined) throw thrown;
    return [];
  }
}

function nothingPushed(): never {
  throw new Error('A look at a source reads no rows.');
}

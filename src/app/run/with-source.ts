import { secretsOf } from '../../definitions/connector/secrets/secrets.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { systemClock } from '../../core/time/clock.ts';
import { silentLogger } from '../../core/log.ts';
import { sleep } from '../../core/retry.ts';
import { openSource, type SourceSurroundings as SourceContext } from '../../sources/index.ts';
import type { OpenedSource } from '../../sources/opened-source.ts';
import type { BridgeContext } from './bridge.ts';
import { permitOf } from '../catalog/policy.ts';

export type SourceSurroundings = Pick<
  BridgeContext,
  'secret' | 'similarSecret' | 'redactor' | 'proxy' | 'policyFile' | 'oracleClientLibDir' | 'cwd'
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
  look: (source: OpenedSource) => Promise<T>,
  { observe, log = silentLogger }: SourceView = {},
): Promise<T> {
  const { redactor, proxy, oracleClientLibDir } = surroundings;
  const permit = await permitOf(connector, surroundings);
  const source = await openSource(connector.spec, secretsOf(connector.spec, surroundings), {
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
    return await look(source);
  } finally {
    await source.close();
  }
}

function nothingPushed(): never {
  throw new Error('A look at a source reads no rows.');
}

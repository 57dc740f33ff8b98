import { resolveSecret } from '../connector/secrets.ts';
import type { ConnectorSpec } from '../connector/types.ts';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/log.ts';
import { sleep } from '../core/retry.ts';
import type { Source } from '../pipeline/ports.ts';
import { openSource } from '../sources/index.ts';
import type { BridgeContext } from './bridge.ts';

export type SourceSurroundings = Pick<BridgeContext, 'secret' | 'proxy'>;

/**
 * Opens a connector's source for a look at it, and closes it. A person waits, so nothing is tried twice.
 * @throws BridgeError as `openSource` does; what `look` throws
 */
export async function withSource<T>(
  spec: ConnectorSpec,
  { secret, proxy }: SourceSurroundings,
  look: (source: Source) => Promise<T>,
): Promise<T> {
  const source = await openSource(spec, (ref) => resolveSecret(ref, secret), {
    retry: { retries: 0, backoffSeconds: 0 },
    clock: systemClock,
    wait: sleep,
    log: silentLogger,
    proxy,
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

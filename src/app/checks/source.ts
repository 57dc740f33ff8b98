import { resolveSecret } from '../../connector/secrets.ts';
import { isSqlSource, type Connector } from '../../connector/types.ts';
import { systemClock } from '../../core/clock.ts';
import { toBridgeError } from '../../core/errors.ts';
import { silentLogger } from '../../core/log.ts';
import { sleep } from '../../core/retry.ts';
import { columnFinder } from '../../pipeline/columns.ts';
import { openSource } from '../../sources/index.ts';
import { compileMapping } from '../job.ts';
import type { BridgeContext } from '../bridge.ts';
import { check, ok, warn, type Finding } from './finding.ts';

/**
 * Whether the source lets us in, takes the query, and has every column that the mapping names. Reads no row of a database,
 * and of an API one page.
 */
export function sourceFindings(
  { metadata, spec }: Connector,
  { secret, proxy }: Pick<BridgeContext, 'secret' | 'proxy'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  // A person waits for it, so nothing is tried twice.
  const surroundings = {
    retry: { retries: 0, backoffSeconds: 0 },
    clock: systemClock,
    wait: sleep,
    log: silentLogger,
    proxy,
    pushed: nothingPushed,
  };
  const database = isSqlSource(spec.source);
  return check('source', signal, async (inTime) => {
    const source = await openSource(spec, (ref) => resolveSecret(ref, secret), surroundings);
    try {
      const columns = await source.columns(inTime);
      const count = `${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`;
      const missing = whatIsMissing(() => columnFinder(compileMapping(metadata.name, spec), columns));
      if (missing === undefined) {
        const takes = database ? 'takes the query' : 'answers';
        return [
          ok('source', `${spec.source.type} ${takes}, and its ${count} have all that the mapping names.`),
        ];
      }
      if (database) throw missing;
      // Records need not all have the same fields, and this was one page.
      return [
        warn(
          'source',
          `On its first page: ${missing.message}`,
          'Look whether later records have it; if none has, a run fails.',
        ),
      ];
    } finally {
      await source.close();
    }
  });
}

function nothingPushed(): never {
  throw new Error('A check reads no rows.');
}

function whatIsMissing(look: () => unknown): Error | undefined {
  try {
    look();
    return undefined;
  } catch (thrown) {
    return toBridgeError(thrown);
  }
}

import { resolveSecret } from '../../connector/secrets.ts';
import type { Connector } from '../../connector/types.ts';
import { columnFinder } from '../../pipeline/columns.ts';
import { openSource } from '../../sources/index.ts';
import { compileMapping } from '../job.ts';
import { check, ok, type Finding } from './finding.ts';

/** Whether the source lets us in, takes the query, and has every column that the mapping names. Reads no row. */
export function sourceFindings(
  { metadata, spec }: Connector,
  secret: (variable: string) => string | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  return check('source', signal, async (inTime) => {
    const source = await openSource(spec, (ref) => resolveSecret(ref, secret));
    try {
      const columns = await source.columns(inTime);
      columnFinder(compileMapping(metadata.name, spec), columns);
      const count = `${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`;
      return [
        ok(
          'source',
          `${spec.source.type} takes the query, and its ${count} have all that the mapping names.`,
        ),
      ];
    } finally {
      await source.close();
    }
  });
}

import { isSqlSource, type Connector } from '../../definitions/connector/types.ts';
import { toBridgeError } from '../../core/errors.ts';
import { columnFinder } from '../../pipeline/document/columns.ts';
import { sourceExposure } from '../../sources/exposure.ts';
import { compileMapping } from '../../pipeline/mapping/compile-mapping.ts';
import { withSource, type SourceSurroundings } from '../run/with-source.ts';
import { check, exposureFindings, ok, warn, type DoctorFinding } from './finding.ts';

/**
 * Whether the source accepts the credentials and the query, and has every column that the mapping names. Reads no rows of a
 * database, and one page of an API.
 */
export function sourceFindings(
  connector: Connector,
  surroundings: SourceSurroundings,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const { metadata, spec } = connector;
  const database = isSqlSource(spec.source);
  return check('source', signal, (inTime) =>
    withSource(connector, surroundings, async (source, secret) => {
      const columns = await source.columns(inTime);
      const count = `${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`;
      const missing = whatIsMissing(() => columnFinder(compileMapping(metadata.name, spec), columns));
      if (missing === undefined) {
        const takes = database ? 'takes the query' : 'answers';
        return [
          ok('source', `${spec.source.type} ${takes}, and its ${count} have all that the mapping names.`),
          ...exposureFindings('source', sourceExposure(spec, secret)),
        ];
      }
      if (database) throw missing;
      // Not all records need to have the same fields, and this check read only one page.
      return [
        warn(
          'source',
          `On its first page: ${missing.message}`,
          'Look whether later records have it; if none has, a run fails.',
        ),
      ];
    }),
  );
}

function whatIsMissing(look: () => unknown): Error | undefined {
  try {
    look();
    return undefined;
  } catch (thrown) {
    return toBridgeError(thrown);
  }
}

import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { dialectOf } from '../sql/sql-text.ts';
import { isDeltaQuery } from '../watermark.ts';

/** Two connections divide the rows of a full listing. A delta query is short, and its window is queried on one connection. */
export function connectionsFindings(connector: unknown): FieldFinding[] {
  const path = 'spec.source.connections';
  const query = textAt(connector, 'spec.source.query');
  if (valueAt(connector, path) !== 2 || query === undefined) return [];
  if (!isDeltaQuery(query, dialectOf(textAt(connector, 'spec.source.type')))) return [];
  return [
    {
      code: 'connections_of_delta',
      path,
      message: 'a query with :watermark is read through one connection; two are for a full listing.',
      fix: 'no connections, or a query without :watermark',
    },
  ];
}

import { systemClock, type Clock } from '../../../src/core/time/clock.ts';
import type { SqlSourceSpec } from '../../../src/definitions/connector/types.ts';
import { oracleEngine } from '../../../src/sources/oracle/engine.ts';
import { SqlSource } from '../../../src/sources/sql/source.ts';
import type { TnsHandler, TnsSession, TnsValue } from '../../stand-ins/tns/answer.ts';
import type { TnsColumn } from '../../stand-ins/tns/values/column.ts';
import { startTnsStandIn, type TnsStandInOptions } from '../../stand-ins/tns/tns-stand-in.ts';
import { presentInUtc } from '../pipeline/present.ts';
import type { Rows } from '../../stand-ins/wire/row-feed.ts';

/** What a query of a test returns. */
export interface TestTable {
  readonly columns: readonly TnsColumn[];
  /** Times as the database writes them with TO_CHAR. @param binds as the source sent them */
  rows(binds: readonly TnsValue[]): Rows<readonly TnsValue[]>;
}

interface TestServerOptions extends Partial<Omit<TnsStandInOptions, 'handler'>> {
  /** @throws TnsError for a query that the server would not take */
  readonly answer: (query: string) => TestTable;
  /** Rows of policy, owner and table in ALL_POLICIES. Default none. @throws TnsError where the user may not read it */
  readonly policies?: () => readonly (readonly [policy: string, owner: string, table: string])[];
}

const PRESENT: TnsColumn = { name: 'PRESENT', type: 'VARCHAR2', size: 26 };

const POLICY: readonly TnsColumn[] = ['POLICY_NAME', 'OBJECT_OWNER', 'OBJECT_NAME'].map((name) => ({
  name,
  type: 'VARCHAR2',
  size: 128,
}));

/** The TNS stand-in, with just as much of a database as the source asks for. */
export async function startOracle({ answer, policies = () => [], ...options }: TestServerOptions) {
  /** What was read, and how the connection stood. */
  const readings: { readonly sql: string; readonly transaction: TnsSession['transaction'] }[] = [];
  const handler: TnsHandler = (sql, binds, { transaction }) => {
    if (sql.startsWith('ALTER SESSION')) return { rowCount: 0 };
    if (sql.includes('SYSTIMESTAMP')) return { columns: [PRESENT], rows: [[presentInUtc()]] };
    if (sql.includes('ALL_POLICIES')) return { columns: POLICY, rows: policies() };
    const read = /^SELECT (.*) FROM \(\n(.*)\n\)$/s.exec(sql);
    if (read === null) return { columns: answer(sql).columns, rows: [] };
    readings.push({ sql, transaction });
    const table = answer(read[2] ?? '');
    return { columns: table.columns.map(asWritten), rows: table.rows(binds) };
  };
  const server = await startTnsStandIn({ users: { READER: 'pass' }, ...options, handler });
  return {
    server,
    readings,
    url: `oracle://reader:pass@127.0.0.1:${server.port}/FREEPDB1`,
    close: () => server.close(),
  };
}

/** TO_CHAR makes a text of it. */
function asWritten(column: TnsColumn): TnsColumn {
  return /^(?:DATE|TIMESTAMP)/.test(column.type) ? { name: column.name, type: 'VARCHAR2', size: 64 } : column;
}

export function oracleSource(
  url: string,
  query: string,
  options: Partial<Omit<SqlSourceSpec, 'type' | 'query'>> = {},
  clock: Pick<Clock, 'now'> = systemClock,
): SqlSource {
  const spec = { type: 'oracle', secretRef: 'test-db', query, ...options } as const;
  return new SqlSource(spec, oracleEngine(spec, url), clock);
}

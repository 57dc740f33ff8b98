import { systemClock, type Clock } from '../../../src/core/time/clock.ts';
import type { SqlSourceSpec } from '../../../src/definitions/connector/types.ts';
import { mssqlEngine } from '../../../src/sources/mssql/engine.ts';
import { SqlSource } from '../../../src/sources/sql/source.ts';
import type {
  TdsHandler,
  TdsParameters,
  TdsResult,
  TdsSession,
  TdsValue,
} from '../../stand-ins/tds/answer.ts';
import type { TdsColumn } from '../../stand-ins/tds/values/column.ts';
import { isTypeName } from '../../stand-ins/tds/values/column-types.ts';
import { describedColumns } from '../../stand-ins/tds/values/described-columns.ts';
import { startTdsStandIn, type TdsStandInOptions } from '../../stand-ins/tds/tds-stand-in.ts';
import { presentInUtc } from '../pipeline/present.ts';
import type { Rows } from '../../stand-ins/wire/row-feed.ts';

/** What a query of a test returns. */
export interface TestTable {
  readonly columns: readonly TdsColumn[];
  /** @param watermark as the source sent it */
  rows(watermark: TdsValue | undefined): Rows<readonly TdsValue[]>;
}

interface TestServerOptions extends Partial<Omit<TdsStandInOptions, 'handler'>> {
  /** @throws TdsError for a query that the server would not take */
  readonly answer: (query: string) => TestTable;
  /** Whether the database allows snapshot isolation. Default true. */
  readonly snapshots?: boolean;
  /** What the login may see of security policies: rows of policy, schema and table. Default none. */
  readonly policies?: SeenPolicies;
}

export interface SeenPolicies {
  /** Whether the login has VIEW DEFINITION on the database. */
  readonly all: boolean;
  /** @throws TdsError where the server has no such view */
  readonly rows: () => readonly (readonly [policy: string, schema: string, table: string])[];
}

const PRESENT: TdsColumn = { name: 'present', type: 'varchar', length: 26 };

/** The TDS stand-in, with just as much of a database as the source asks for. */
export async function startSqlServer({
  answer,
  snapshots = true,
  policies = { all: true, rows: () => [] },
  ...options
}: TestServerOptions) {
  /** How the connection stood on which each query was read. */
  const readings: Pick<TdsSession, 'isolationLevel' | 'inTransaction'>[] = [];
  const handler: TdsHandler = (sql, parameters, { isolationLevel, inTransaction }) => {
    if (sql.includes('snapshot_isolation_state')) return snapshotState(snapshots);
    if (sql.includes('SYSUTCDATETIME')) return { columns: [PRESENT], rows: [[presentInUtc()]] };
    if (sql.includes('HAS_PERMS_BY_NAME')) return permission(policies.all);
    if (sql.includes('sys.security_policies')) return { columns: POLICY, rows: policies.rows() };
    const table = answer(String(parameters['query']));
    if (sql.includes('sp_describe_first_result_set')) return describedColumns(table.columns);
    readings.push({ isolationLevel, inTransaction });
    return inShape(sql, parameters, table);
  };
  const server = await startTdsStandIn({ users: { reader: 'pass' }, ...options, handler });
  return {
    server,
    readings,
    url: `mssql://reader:pass@127.0.0.1:${server.port}/shop?encrypt=false`,
    close: () => server.close(),
  };
}

const POLICY: readonly TdsColumn[] = ['policy', 'owner', 'target'].map((name) => ({
  name,
  type: 'nvarchar',
  length: 128,
}));

function permission(granted: boolean): TdsResult {
  return { columns: [{ name: 'visible', type: 'int' }], rows: [[granted ? 1 : 0]] };
}

export function mssqlSource(
  url: string,
  query: string,
  options: Partial<Omit<SqlSourceSpec, 'type' | 'query'>> = {},
  clock: Pick<Clock, 'now'> = systemClock,
): SqlSource {
  const spec = { type: 'mssql', secretRef: 'test-db', query, ...options } as const;
  return new SqlSource(spec, mssqlEngine(spec, url), clock);
}

function snapshotState(allowed: boolean): TdsResult {
  return { columns: [{ name: 'state', type: 'tinyint' }], rows: [[allowed ? 1 : 0]] };
}

/** As the server does it: each column is sent as the type that WITH RESULT SETS gives it. */
function inShape(sql: string, parameters: TdsParameters, table: TestTable): TdsResult {
  const [, shape = ''] = /WITH RESULT SETS \(\((.*)\)\)$/s.exec(sql) ?? [];
  const columns = [...shape.matchAll(/\[((?:[^\]]|\]\])+)\] (\w+)(?:\(([^)]*)\))? NULL/g)].map(
    ([, name = '', type = '', size = '']) => columnOf(name.replaceAll(']]', ']'), type, size),
  );
  return { columns, rows: table.rows(parameters['watermark']) };
}

function columnOf(name: string, type: string, size: string): TdsColumn {
  if (type === 'binary' && size === '8') return { name, type: 'rowversion' };
  if (!isTypeName(type)) throw new Error(`The stand-in has no type ${type}.`);
  if (type === 'decimal') {
    const [precision = 18, scale = 0] = size.split(',').map(Number);
    return { name, type, precision, scale };
  }
  if (size === '') return { name, type };
  if (type === 'time' || type === 'datetime2' || type === 'datetimeoffset') {
    return { name, type, scale: Number(size) };
  }
  return { name, type, length: size === 'max' ? 'max' : Number(size) };
}

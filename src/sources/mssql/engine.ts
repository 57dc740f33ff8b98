import type { SqlSourceSpec } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { SOURCE_CONNECT_SECONDS_DEFAULT, SOURCE_STATEMENT_SECONDS_DEFAULT } from '../limits.ts';
import { MssqlClient, type MssqlParameter } from './client.ts';
import { parseMssqlDsn, type MssqlAddress } from './dsn.ts';
import { mssqlError } from './errors.ts';
import { mssqlColumn, type MssqlColumn, type MssqlField } from './types.ts';
import { asError } from '../../core/thrown.ts';
import type { RowPolicy } from '../opened-source.ts';
import type { RowWriter } from '../sql/row-writer.ts';
import type { BoundWatermark, SqlEngine, SqlSession } from '../sql/engine.ts';

/** Guesses of the watermark's type, tried in order, because the server needs a type before it can report that of the column. */
const WATERMARK_GUESSES = ['datetime2(7)', 'bigint', 'varbinary(8)', 'decimal(38,10)'] as const;

const DESCRIBE = 'EXEC sys.sp_describe_first_result_set @tsql = @query, @params = @params';
const SNAPSHOT_STATE =
  'SELECT snapshot_isolation_state AS state FROM sys.databases WHERE database_id = DB_ID()';

/** The catalog omits objects that a login may not see. Without this permission, an empty list of policies proves nothing. */
const POLICIES_VISIBLE = "SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION') AS visible";

/** Filter predicates hide rows; block predicates, of type 1, apply to writes. */
const POLICIES = `SELECT policy.name AS policy, SCHEMA_NAME(target.schema_id) AS owner, target.name AS target
FROM sys.security_policies AS policy
JOIN sys.security_predicates AS predicate ON predicate.object_id = policy.object_id
JOIN sys.objects AS target ON target.object_id = predicate.target_object_id
WHERE policy.is_enabled = 1 AND predicate.predicate_type = 0
ORDER BY 2, 3, 1`;

const PRESENT = 'SELECT CONVERT(varchar(26), SYSUTCDATETIME(), 121) AS present';

/** Creates the engine for SQL Server and Azure SQL. @throws BridgeError SECRET_INVALID */
export function mssqlEngine(spec: SqlSourceSpec, dsn: string): SqlEngine {
  const address = parseMssqlDsn(dsn, spec.secretRef, spec.tls?.caFile);
  const { host, port, instance, database, user } = address;
  const place = { host, port, instance, database, user, secretRef: spec.secretRef };
  return {
    identity: JSON.stringify(place),
    placeholder: () => '@watermark',
    lowest: {
      timestamp: ['0001-01-01', '0002-01-01', '1753-01-02', '1970-01-02'].map((day) => `${day} 00:00:00`),
      timestamptz: ['0001-01-01', '0002-01-01', '1753-01-02', '1970-01-02'].map(
        (day) => `${day} 00:00:00+00`,
      ),
      date: ['0001-01-01', '0002-01-01', '1753-01-02', '1970-01-02'],
      integer: ['-9223372036854775808', '0'],
      decimal: [`-${'9'.repeat(28)}`, '0'],
      bytes: ['\\x0000000000000000'],
    },
    open: () => new MssqlSession(spec, address),
    errorOf: (thrown, phase) => mssqlError(thrown, place, phase),
  };
}

class MssqlSession implements SqlSession {
  repeatable = false;
  readonly #client: MssqlClient;
  #columns: readonly MssqlColumn[] = [];

  constructor(spec: SqlSourceSpec, address: MssqlAddress) {
    this.#client = new MssqlClient(address, {
      connectSeconds: spec.connectTimeoutSeconds ?? SOURCE_CONNECT_SECONDS_DEFAULT,
      statementSeconds: spec.statementTimeoutSeconds ?? SOURCE_STATEMENT_SECONDS_DEFAULT,
    });
  }

  /** Uses a snapshot where the database allows it. Otherwise each row has its committed state at the time it was read. */
  async connect(): Promise<void> {
    await this.#client.connect();
    const [database] = await this.#client.rows(SNAPSHOT_STATE);
    this.repeatable = database?.['state'] === 1;
    await this.#client.begin(this.repeatable);
  }

  async describe(query: string, delta: boolean): Promise<readonly MssqlColumn[] | undefined> {
    const fields = delta ? await this.#describeDelta(query) : await this.#fields(query, '');
    if (fields.length === 0) return undefined;
    const nameless = fields.findIndex(({ name }) => name === '');
    if (nameless >= 0) throw withoutName(nameless);
    this.#columns = fields.map(mssqlColumn);
    return this.#columns;
  }

  /**
   * Runs the query inside another statement that sets the type in which each column is sent, because the driver converts
   * decimals to floats, and text of code pages would need their tables.
   */
  async read(query: string, from: BoundWatermark | undefined, out: RowWriter): Promise<void> {
    const shape = this.#columns.map(({ name, sentAs }) => `[${name.replaceAll(']', ']]')}] ${sentAs} NULL`);
    const parameters: MssqlParameter[] = [['query', query]];
    let call = 'EXEC sys.sp_executesql @query';
    const column = from && this.#columns[from.index];
    if (from !== undefined && column !== undefined) {
      parameters.push(['params', `@watermark ${column.declaredAs}`], ['watermark', valueOf(from)]);
      call += ', @params, @watermark = @watermark';
    }
    await this.#client.stream(
      `${call} WITH RESULT SETS ((${shape.join(', ')}))`,
      parameters,
      this.#columns,
      out,
    );
  }

  async rowPolicies(): Promise<readonly RowPolicy[]> {
    const [right] = await this.#client.rows(POLICIES_VISIBLE);
    const found = await this.#client.rows(POLICIES);
    if (found.length === 0 && right?.['visible'] !== 1) throw policiesNotVisible();
    return found.map((row) => ({
      name: textOf(row['policy']),
      schema: textOf(row['owner']),
      table: textOf(row['target']),
    }));
  }

  async present(): Promise<string> {
    const [row] = await this.#client.rows(PRESENT);
    return textOf(row?.['present']);
  }

  resume(): void {
    this.#client.resume();
  }

  async cancel(): Promise<void> {
    await this.#client.cancel();
  }

  async end(): Promise<void> {
    await this.#client.rollback();
    this.#client.destroy();
  }

  destroy(): void {
    this.#client.destroy();
  }

  async #describeDelta(query: string): Promise<MssqlField[]> {
    const failures: unknown[] = [];
    for (const type of WATERMARK_GUESSES) {
      try {
        return await this.#fields(query, `@watermark ${type}`);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    throw asError(failures[0]);
  }

  async #fields(query: string, params: string): Promise<MssqlField[]> {
    const rows = await this.#client.rows(DESCRIBE, [
      ['query', query],
      ['params', params],
    ]);
    return rows
      .filter((row) => row['is_hidden'] !== true)
      .map((row) => ({ name: textOf(row['name']), typeName: textOf(row['system_type_name']) }));
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value in a form that the server parses independently of the login's language. */
function valueOf({ kind, text }: BoundWatermark): string | Buffer {
  if (kind === 'bytes') return Buffer.from(text.slice(2), 'hex');
  return kind === 'timestamptz' ? text.replace(/\+00$/, '+00:00') : text;
}

function withoutName(index: number): BridgeError {
  return new BridgeError('SOURCE_QUERY_INVALID', `Column ${index + 1} of the query has no name.`, {
    hint: 'Give each column of spec.source.query a name of its own, with AS.',
  });
}

function policiesNotVisible(): BridgeError {
  return new BridgeError(
    'SOURCE_PERMISSION',
    'The login lacks VIEW DEFINITION on the database, so it does not see security policies.',
    { hint: 'Ask an administrator whether a security policy filters the tables of the query.' },
  );
}

import type { SqlSourceSpec } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { ROW_BYTES_MAX } from '../../core/limits.ts';
import { SOURCE_CONNECT_SECONDS_DEFAULT, SOURCE_STATEMENT_SECONDS_DEFAULT } from '../limits.ts';
import { MysqlClient } from './client.ts';
import { parseMysqlDsn, type MysqlAddress } from './dsn.ts';
import { mysqlError } from './errors.ts';
import { mysqlColumn, type MysqlColumn } from './types.ts';
import type { RowWriter } from '../sql/row-writer.ts';
import type { BoundWatermark, SqlEngine, SqlSession } from '../sql/engine.ts';

/** The time for a second connection to cancel a query; after it the first connection is closed. */
const CANCEL_SECONDS = 2;

/** Creates the engine for MySQL and MariaDB. @throws BridgeError SECRET_INVALID */
export function mysqlEngine(spec: SqlSourceSpec, dsn: string): SqlEngine {
  const address = parseMysqlDsn(dsn, spec.secretRef, spec.tls?.caFile);
  const { host, port, database, user } = address;
  const place = { host, port, database, user, secretRef: spec.secretRef };
  return {
    identity: JSON.stringify(place),
    placeholder: () => '?',
    lowest: {
      timestamp: ['0000-00-00 00:00:00', '0002-01-01 00:00:00', '1970-01-02 00:00:00'],
      timestamptz: ['1970-01-01 00:00:00+00', '1970-01-02 00:00:00+00'],
      date: ['0000-00-00', '0002-01-01', '1970-01-02'],
      integer: ['-9223372036854775808', '0'],
      decimal: [`-${'9'.repeat(35)}`, '0'],
    },
    open: () => new MysqlSession(spec, address),
    errorOf: (thrown, phase) => mysqlError(thrown, place, phase),
  };
}

class MysqlSession implements SqlSession {
  readonly repeatable = true;
  readonly #address: MysqlAddress;
  readonly #statementSeconds: number;
  readonly #client: MysqlClient;
  #columns: readonly MysqlColumn[] = [];
  #id = 0;

  constructor(spec: SqlSourceSpec, address: MysqlAddress) {
    this.#address = address;
    this.#statementSeconds = spec.statementTimeoutSeconds ?? SOURCE_STATEMENT_SECONDS_DEFAULT;
    this.#client = new MysqlClient(address, spec.connectTimeoutSeconds ?? SOURCE_CONNECT_SECONDS_DEFAULT);
  }

  async connect(): Promise<void> {
    await this.#client.connect();
    this.#id = this.#client.id;
    const mariadb = (await this.#client.value('SELECT VERSION()'))?.includes('MariaDB') === true;
    await this.#client.run(sessionSettings(mariadb, this.#statementSeconds));
    await this.#client.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await this.#client.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  }

  async describe(query: string): Promise<readonly MysqlColumn[] | undefined> {
    const fields = await this.#client.fields(query);
    this.#columns = fields?.map(mysqlColumn) ?? [];
    return fields && this.#columns;
  }

  async read(query: string, from: BoundWatermark | undefined, out: RowWriter): Promise<void> {
    await this.#list(query, from, out);
    const cut = (await this.#client.warnings()).find(({ number }) => number === RESULT_INCOMPLETE);
    if (cut !== undefined) throw incomplete(cut.words);
  }

  async #list(query: string, from: BoundWatermark | undefined, out: RowWriter): Promise<void> {
    if (from === undefined) {
      await this.#client.rows(query, this.#columns, out);
      return;
    }
    // The statement is prepared with SQL, because prepared statements of the protocol send values in a form other than text.
    await this.#client.run('SET @gemini_sync_query = ?', [query]);
    await this.#client.run(`SET @gemini_sync_watermark = ${typed(from)}`, [from.text.replace(/\+00$/, '')]);
    await this.#client.run('PREPARE gemini_sync FROM @gemini_sync_query');
    const values = Array.from({ length: from.occurrences }, () => '@gemini_sync_watermark').join(', ');
    await this.#client.rows(`EXECUTE gemini_sync USING ${values}`, this.#columns, out);
  }

  async present(): Promise<string> {
    return (await this.#client.value('SELECT UTC_TIMESTAMP(6)')) ?? '';
  }

  resume(): void {
    this.#client.resume();
  }

  async cancel(): Promise<void> {
    if (this.#id === 0) return;
    const second = new MysqlClient(this.#address, CANCEL_SECONDS);
    try {
      await second.connect();
      await second.run(`KILL QUERY ${this.#id}`);
    } catch {
      // The server notices the closed connection by itself, but later.
    } finally {
      second.destroy();
    }
  }

  end(): Promise<void> {
    return this.#client.end();
  }

  destroy(): void {
    this.#client.destroy();
  }
}

/** MariaDB's warning that `LIMIT ROWS EXAMINED` or `max_recursive_iterations` ended the query early. */
const RESULT_INCOMPLETE = 1931;

function incomplete(words: string): BridgeError {
  return new BridgeError(
    'SOURCE_REFUSED',
    `The database returned only a part of the result: ${JSON.stringify(words)}.`,
    {
      hint: 'A part proves no delete and no checkpoint: remove the limit that ended the query (LIMIT ROWS EXAMINED, or a recursion without end) from spec.source.query.',
    },
  );
}

/** The maximum of `sql_select_limit` and `max_join_size`, which means no limit. */
const NO_LIMIT = '18446744073709551615';

/**
 * Sets every setting that changes how a value is written, so that equal rows are equal bytes in every session, whatever the
 * server's init_connect sets. It also sets the limits that would silently cut off a listing, a recursive query or a long
 * GROUP_CONCAT, or that would close the connection while a slow bucket keeps rows waiting.
 */
function sessionSettings(mariadb: boolean, statementSeconds: number): string {
  const own = mariadb
    ? [`max_statement_time = ${statementSeconds}`, 'max_recursive_iterations = 4294967295']
    : [`max_execution_time = ${statementSeconds * 1_000}`];
  return [
    'SET NAMES utf8mb4',
    "SESSION time_zone = '+00:00'",
    "SESSION sql_mode = REPLACE(REPLACE(@@SESSION.sql_mode, 'NO_ZERO_IN_DATE', ''), 'NO_ZERO_DATE', '')",
    `SESSION sql_select_limit = ${NO_LIMIT}`,
    `SESSION group_concat_max_len = ${ROW_BYTES_MAX}`,
    `SESSION net_write_timeout = ${statementSeconds}`,
    ...own.map((setting) => `SESSION ${setting}`),
  ].join(', ');
}

/** The value needs a cast, because a string that is compared with a number would become a float. */
function typed({ kind }: BoundWatermark): string {
  if (kind === 'integer') return 'CAST(? AS DECIMAL(65, 0))';
  return kind === 'decimal' ? 'CAST(? AS DECIMAL(65, 30))' : '?';
}

import type { SqlSourceSpec } from '../connector/types.ts';
import { bindWatermark, isDeltaQuery } from '../connector/watermark.ts';
import { SOURCE_CONNECT_SECONDS_DEFAULT, SOURCE_STATEMENT_SECONDS_DEFAULT } from '../core/limits.ts';
import type { Column, RowBatch, Source } from '../pipeline/ports.ts';
import { PostgresClient, type PostgresField } from './postgres-client.ts';
import { parsePostgresDsn, type PostgresAddress } from './postgres-dsn.ts';
import { postgresError, type PlacedQuery, type PostgresPlace } from './postgres-errors.ts';
import { columnOf, FIRST_USER_OID } from './postgres-types.ts';
import { watermarkWindow } from './postgres-watermark.ts';
import { RowBatcher } from './row-batcher.ts';

/** A second connection that cancels a query gets this long; then the first is simply closed. */
const CANCEL_SECONDS = 2;
const DESCRIBE_START = 'SELECT * FROM (\n';

/**
 * Fixes every setting that changes how a value is written, so that equal rows are equal bytes in every session.
 * A standby takes REPEATABLE READ, and one snapshot serves the watermark and the rows.
 */
function beginSnapshot(statementSeconds: number): string {
  return `BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL extra_float_digits = 3;
SET LOCAL bytea_output = 'hex';
SET LOCAL xmlbinary = 'base64';
SET LOCAL lc_monetary = 'C';
SET LOCAL statement_timeout = ${statementSeconds * 1_000};`;
}

/** Reads a Postgres database: one query, in one read-only snapshot, through a server-side cursor. */
export class PostgresSource implements Source {
  readonly listing: 'full' | 'delta';
  readonly #spec: SqlSourceSpec;
  readonly #address: PostgresAddress;
  readonly #place: PostgresPlace;
  /** The connector's query with `$1` for its watermark. */
  readonly #query: string;
  #client: PostgresClient | undefined;
  #cancelling: Promise<void> = Promise.resolve();

  /** @param dsn what the connector's secret holds. @throws BridgeError SECRET_INVALID */
  constructor(spec: SqlSourceSpec, dsn: string) {
    this.listing = isDeltaQuery(spec.query) ? 'delta' : 'full';
    this.#spec = spec;
    this.#address = parsePostgresDsn(dsn, spec.secretRef, spec.tls?.caFile);
    const { host, port, database, user } = this.#address;
    this.#place = { host, port, database, user, secretRef: spec.secretRef };
    this.#query = bindWatermark(spec.query.replace(/[;\s]+$/, ''), () => '$1');
  }

  async *read(checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RowBatch> {
    signal.throwIfAborted();
    const rows = new RowBatcher();
    const client = new PostgresClient(
      this.#address,
      this.#spec.connectTimeoutSeconds ?? SOURCE_CONNECT_SECONDS_DEFAULT,
    );
    this.#client = client;
    let backend = '';
    const stop = (): void => {
      rows.fail(new Error('stopped'));
      this.#cancelling = this.#cancel(backend).finally(() => {
        client.destroy();
      });
    };
    signal.addEventListener('abort', stop, { once: true });
    let asked: PlacedQuery | undefined;
    try {
      await client.connect();
      await client.execute(
        beginSnapshot(this.#spec.statementTimeoutSeconds ?? SOURCE_STATEMENT_SECONDS_DEFAULT),
      );
      backend = (await client.query('SELECT pg_backend_pid()')).rows[0]?.[0] ?? '';
      asked = { text: this.#query, offset: DESCRIBE_START.length };
      const fields = await this.#describe(client);
      const columns = await describeColumns(client, fields);
      const delta = this.listing === 'delta';
      const window = delta
        ? await watermarkWindow(client, this.#spec, this.#query, fields, checkpoint)
        : undefined;
      asked = { text: this.#query, offset: 0 };
      client.stream(this.#query, window === undefined ? [] : [window.from], rows);
      yield* rows.batches(columns, { checkpoint: window?.to, truncated: false });
    } catch (thrown) {
      throw signal.aborted ? signal.reason : postgresError(thrown, this.#place, asked);
    } finally {
      signal.removeEventListener('abort', stop);
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#cancelling;
    this.#client?.destroy();
    this.#client = undefined;
  }

  /** The query's columns; the database checks all of it, and runs none of it. */
  async #describe(client: PostgresClient): Promise<PostgresField[]> {
    const values = this.listing === 'delta' ? [null] : [];
    const { fields } = await client.query(`${DESCRIBE_START}${this.#query}\n) AS described LIMIT 0`, values);
    return fields;
  }

  /** Ends the query at the server too; closing the connection alone would let a long sort go on there. */
  async #cancel(backend: string): Promise<void> {
    if (backend === '') return;
    const second = new PostgresClient(this.#address, CANCEL_SECONDS);
    try {
      await second.connect();
      await second.query('SELECT pg_cancel_backend($1)', [backend]);
    } catch {
      // The server will notice the closed connection by itself, only later.
    } finally {
      second.destroy();
    }
  }
}

/** Types that users made are looked up: only the database knows which of them are arrays. */
async function describeColumns(client: PostgresClient, fields: readonly PostgresField[]): Promise<Column[]> {
  const unknown = fields.map(({ oid }) => oid).filter((oid) => oid >= FIRST_USER_OID);
  const userArrays = new Set<number>();
  if (unknown.length > 0) {
    const text = `SELECT oid FROM pg_catalog.pg_type WHERE oid = ANY($1) AND typcategory = 'A'`;
    for (const [oid] of (await client.query(text, [unknown])).rows) userArrays.add(Number(oid));
  }
  return fields.map(({ name, oid }) => columnOf(name, oid, userArrays));
}

import type { SqlSourceSpec } from '../../definitions/connector/types.ts';
import { bindWatermark, isDeltaQuery } from '../../definitions/connector/watermark.ts';
import { SOURCE_CONNECT_SECONDS_DEFAULT } from '../limits.ts';
import type { PostgresAddress } from '../../net/postgres/address.ts';
import type { Column, ListingEnd, ReadOptions, RowBatch, Source } from '../../pipeline/ports/ports.ts';
import { PostgresClient, type PostgresField } from './client.ts';
import { parsePostgresDsn } from './dsn.ts';
import { postgresError, type PostgresPlace } from './errors.ts';
import { beginSnapshot, IDENTIFY } from './snapshot.ts';
import { halvesOf, prepareSplit, SecondConnection } from './split-listing.ts';
import { describeColumns, layoutOf } from './columns.ts';
import { watermarkOf, watermarkWindow } from './watermark.ts';
import { RowBatcher } from '../row-batcher.ts';
import { probeError, probeOf, requireProbeFields, type Probe } from '../sql/probe.ts';
import { readProbeCheckpoint } from '../sql/probe-checkpoint.ts';
import { requireFields, withoutTrailingSemicolons } from '../sql/query.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { SessionPhase } from '../driver-errors.ts';

/** The time for a second connection to cancel a query; after it the first connection is closed. */
const CANCEL_SECONDS = 2;
/**
 * The placeholder is as long as `:watermark`, so that positions in the query that was sent are those of the connector's query.
 */
const PLACEHOLDER = '$1'.padEnd(':watermark'.length);

/** Reads a Postgres database: one query, in one read-only snapshot, through a server-side cursor. */
export class PostgresSource implements Source {
  readonly listing: 'full' | 'delta';
  readonly #spec: SqlSourceSpec;
  readonly #address: PostgresAddress;
  readonly #place: PostgresPlace;
  /** The connector's query with `$1` instead of its watermark. */
  readonly #query: string;
  readonly #probe: Probe | undefined;
  readonly #ids: readonly string[];
  #clients: readonly PostgresClient[] = [];
  #cancelling: Promise<void> = Promise.resolve();

  /**
   * @param dsn the connection string in the connector's secret
   * @param ids the columns of the documents' id, by which two connections divide the rows
   * @param clock tells how old the last full listing of a probe is
   * @throws BridgeError SECRET_INVALID
   */
  constructor(spec: SqlSourceSpec, dsn: string, ids: readonly string[], clock: Pick<Clock, 'now'>) {
    this.listing = isDeltaQuery(spec.query, 'postgres') ? 'delta' : 'full';
    this.#spec = spec;
    this.#ids = ids;
    this.#address = parsePostgresDsn(dsn, spec.secretRef, spec.tls?.caFile);
    const { host, port, database, user } = this.#address;
    this.#place = { host, port, database, user, secretRef: spec.secretRef };
    // The session options may set another search_path.
    const identity = JSON.stringify([host, port, database, user, this.#address.options]);
    this.#probe = probeOf(spec, identity, clock);
    this.#query = bindWatermark(
      withoutTrailingSemicolons(spec.query, 'postgres'),
      'postgres',
      () => PLACEHOLDER,
    );
  }

  /** Uses EXPLAIN, which does not run the query, because a description alone does not check permissions. */
  async columns(signal: AbortSignal): Promise<Column[]> {
    signal.throwIfAborted();
    const client = this.#connection();
    let backend = '';
    // A statement that waits for a lock would otherwise stay on the server as long as the lock.
    const stop = (): void => {
      this.#cancelling = this.#cancel([backend]).finally(() => {
        client.destroy();
      });
    };
    signal.addEventListener('abort', stop, { once: true });
    let phase: SessionPhase = 'connect';
    let asked: string | undefined;
    try {
      await client.connect();
      await client.execute(beginSnapshot(this.#spec));
      backend = (await client.query(IDENTIFY))[0]?.[0] ?? '';
      phase = 'query';
      asked = this.#spec.query;
      const statement = await client.describe(this.#query);
      const fields = requireFields(statement.fields);
      asked = undefined;
      const values =
        this.listing === 'delta'
          ? [watermarkOf(this.#spec, fields, statement.parameters).lowest.at(-1) ?? '']
          : [];
      await client.query(`EXPLAIN ${this.#query}`, values);
      const halves = this.#halves(fields);
      if (halves !== undefined) await prepareSplit(client, this.#place, fields, halves[0]);
      const columns = await describeColumns(client, fields);
      await this.#probing(async ({ query }) => {
        requireProbeFields((await client.describe(query)).fields);
        await client.query(`EXPLAIN ${query}`);
      });
      await client.end();
      return columns;
    } catch (thrown) {
      throw signal.aborted ? signal.reason : postgresError(thrown, this.#place, phase, asked);
    } finally {
      signal.removeEventListener('abort', stop);
      await this.#cancelling;
      client.destroy();
    }
  }

  async *read(
    checkpoint: string | undefined,
    signal: AbortSignal,
    { binary = false }: ReadOptions = {},
  ): AsyncGenerator<RowBatch> {
    signal.throwIfAborted();
    const rows = new RowBatcher();
    const client = this.#connection();
    this.#clients = [client];
    let backend = '';
    let second: SecondConnection | undefined;
    const stop = (): void => {
      const reason = new Error('stopped');
      rows.fail(reason);
      second?.rows.fail(reason);
      this.#cancelling = this.#cancel([backend, second?.backend ?? '']).finally(() => {
        this.#destroy();
      });
    };
    signal.addEventListener('abort', stop, { once: true });
    let phase: SessionPhase = 'connect';
    let asked: string | undefined;
    try {
      await client.connect();
      await client.execute(beginSnapshot(this.#spec));
      const [[pid, integerTimes] = []] = await client.query(IDENTIFY);
      backend = pid ?? '';
      phase = 'query';
      asked = this.#spec.query;
      const statement = await client.describe(this.#query);
      const fields = requireFields(statement.fields);
      const layout = await layoutOf(client, fields, binary && integerTimes === 'on');
      rows.binary = layout.binary;
      const answer = await this.#ask(client, signal);
      const probed = answer && this.#probe?.endOf(answer, layout.columns, checkpoint);
      const window = await this.#window(client, { fields, parameters: statement.parameters }, checkpoint);
      const end = (): ListingEnd =>
        probed ?? {
          checkpoint: window?.to,
          truncated: false,
          ...(window?.ahead !== undefined && { ahead: window.ahead }),
        };
      const halves = probed?.unchanged === true ? undefined : this.#halves(fields);
      if (halves === undefined) {
        if (probed?.unchanged === true) rows.end();
        else client.stream(this.#query, window === undefined ? [] : [window.from], rows, layout.formats);
        yield* rows.batches(layout.columns, end);
      } else {
        const snapshot = await prepareSplit(client, this.#place, fields, halves[0]);
        second = new SecondConnection(this.#connection(), this.#place);
        this.#clients = [client, second.client];
        await second.begin(this.#spec, client, snapshot);
        // The cancel request of an earlier abort did not include this session.
        signal.throwIfAborted();
        yield* second.read(halves, { client, rows }, layout, end);
      }
      await client.end();
    } catch (thrown) {
      // The other half may be in a long sort.
      if (second !== undefined && !signal.aborted) stop();
      throw signal.aborted ? signal.reason : postgresError(thrown, this.#place, phase, asked);
    } finally {
      signal.removeEventListener('abort', stop);
      await this.close();
    }
  }

  /** The part of a delta listing that is read; undefined for a full one. */
  async #window(
    client: PostgresClient,
    { fields, parameters }: { fields: readonly PostgresField[]; parameters: readonly number[] },
    checkpoint: string | undefined,
  ) {
    if (this.listing !== 'delta') return undefined;
    const watermark = watermarkOf(this.#spec, fields, parameters);
    // The connector had a probe and no :watermark before.
    const from = readProbeCheckpoint(checkpoint) === undefined ? checkpoint : undefined;
    return watermarkWindow(client, watermark, this.#query, from);
  }

  #ask(client: PostgresClient, signal: AbortSignal) {
    return this.#probing(async (probe) => {
      requireProbeFields((await client.describe(probe.query)).fields);
      return probe.ask((query, into) => {
        client.stream(query, [], into);
      }, signal);
    });
  }

  /** @returns undefined without a probe. @throws BridgeError SOURCE_PROBE_INVALID, or an error that names the probe's field */
  async #probing<T>(work: (probe: Probe) => Promise<T>): Promise<T | undefined> {
    if (this.#probe === undefined) return undefined;
    try {
      return await work(this.#probe);
    } catch (thrown) {
      throw probeError(postgresError(thrown, this.#place, 'query', this.#spec.unchangedQuery));
    }
  }

  #connection(): PostgresClient {
    return new PostgresClient(
      this.#address,
      this.#spec.connectTimeoutSeconds ?? this.#address.connectSeconds ?? SOURCE_CONNECT_SECONDS_DEFAULT,
    );
  }

  async close(): Promise<void> {
    await this.#cancelling;
    this.#destroy();
  }

  #destroy(): void {
    for (const client of this.#clients) client.destroy();
    this.#clients = [];
  }

  /** The queries of the two connections; undefined if one connection reads the listing. */
  #halves(fields: readonly PostgresField[]): readonly [string, string] | undefined {
    if (this.#spec.connections !== 2 || this.listing === 'delta') return undefined;
    return halvesOf(this.#query, fields, this.#ids);
  }

  /** Also cancels the query on the server. If only the connection were closed, a long sort would continue there. */
  async #cancel(backends: readonly string[]): Promise<void> {
    const known = backends.filter((backend) => backend !== '').map(Number);
    if (known.length === 0) return;
    const second = new PostgresClient(this.#address, CANCEL_SECONDS);
    const giveUp = setTimeout(() => {
      second.destroy();
    }, CANCEL_SECONDS * 1_000);
    try {
      await second.connect();
      await second.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [known]);
    } catch {
      // The server notices the closed connection by itself, but later.
    } finally {
      clearTimeout(giveUp);
      second.destroy();
    }
  }
}

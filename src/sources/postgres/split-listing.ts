import type { SqlSourceSpec } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { asError, codeOf } from '../../core/thrown.ts';
import type { ListingEnd, RowBatch } from '../../pipeline/ports/ports.ts';
import { RowBatcher } from '../row-batcher.ts';
import type { SessionPhase } from '../driver-errors.ts';
import type { PostgresClient, PostgresField } from './client.ts';
import type { RowLayout } from './columns.ts';
import { postgresError, type PostgresPlace } from './errors.ts';
import { mergeBatches } from './merge-batches.ts';
import { beginSnapshot, IDENTIFY } from './snapshot.ts';

/**
 * The classes of SQLSTATEs with which a server refuses a statement that it does not support. Others, such as a lost connection or
 * a timeout, say nothing about it.
 */
const REFUSED = /^(?:0A|22|25|42|55000)/;

/** int8, int2 and int4, by object id. */
const INTEGERS: ReadonlySet<number> = new Set([20, 21, 23]);

/** The start time has microseconds, so it identifies a server process even if its address is that of a load balancer. */
const SERVER = 'SELECT pg_postmaster_start_time()';

/**
 * A query as two queries, whose rows together are those of the query, each once; undefined if it does not return the columns of
 * the id. All rows with one id are in the same half, because the hash is that of the id's value or text. The collation is explicit because
 * an expression of the query may have none.
 * @param ids the columns of the id
 */
export function halvesOf(
  query: string,
  fields: readonly PostgresField[],
  ids: readonly string[],
): readonly [string, string] | undefined {
  if (ids.some((id) => fields.every(({ name }) => name !== id))) return undefined;
  const hashes = ids.map((id, index) => {
    const oid = fields.find(({ name }) => name === id)?.oid ?? 0;
    const column = `listed."${id.replaceAll('"', '""')}"`;
    // Without the text, the hash of a number costs a tenth (0.01 against 0.14 µs a row).
    const hash = INTEGERS.has(oid)
      ? `hashint8extended(${column}::int8, ${index})`
      : `hashtextextended(${column}::text COLLATE "C", ${index})`;
    return `COALESCE(${hash}, 0)`;
  });
  const half = (bit: number): string =>
    `SELECT listed.* FROM (\n${query}\n) AS listed WHERE (${hashes.join(' # ')}) & 1 = ${bit}`;
  return [half(0), half(1)];
}

/**
 * Checks that the server supports a listing through two connections, without reading a row.
 * @returns the snapshot that the second connection uses
 * @throws BridgeError SOURCE_REFUSED if the server does not export snapshots; SOURCE_QUERY_INVALID if the query cannot be part
 *   of another one
 */
export async function prepareSplit(
  client: PostgresClient,
  place: PostgresPlace,
  fields: readonly PostgresField[],
  half: string,
): Promise<string> {
  const described = await translated(client.describe(half), place, CANNOT_BE_SPLIT);
  const isSame = fields.every(({ name, oid }, index) => {
    const other = described.fields?.[index];
    return other?.name === name && other.oid === oid;
  });
  if (!isSame) throw refusal(place, CANNOT_BE_SPLIT, 'its columns are different in a subquery');
  const rows = await translated(client.query('SELECT pg_export_snapshot()'), place, CANNOT_EXPORT);
  return rows[0]?.[0] ?? '';
}

/** The second connection of a listing whose rows are read in two halves, in the snapshot of the first connection. */
export class SecondConnection {
  readonly rows = new RowBatcher();
  readonly client: PostgresClient;
  readonly #place: PostgresPlace;
  /** The process id of the server's session; empty if it is not known yet. */
  backend = '';

  constructor(client: PostgresClient, place: PostgresPlace) {
    this.client = client;
    this.#place = place;
  }

  /**
   * Connects, and adopts the snapshot of the first connection.
   * @throws BridgeError SOURCE_REFUSED if the connection does not lead to the same server; otherwise as the first connection does
   */
  async begin(spec: SqlSourceSpec, first: PostgresClient, snapshot: string): Promise<void> {
    let phase: SessionPhase = 'connect';
    try {
      await this.client.connect();
      await translated(this.client.execute(beginSnapshot(spec, snapshot)), this.#place, CANNOT_IMPORT);
      this.backend = (await this.client.query(IDENTIFY))[0]?.[0] ?? '';
      phase = 'query';
      const [[expected] = []] = await first.query(SERVER);
      const [[actual] = []] = await this.client.query(SERVER);
      if (actual !== expected) throw refusal(this.#place, CANNOT_IMPORT, 'it leads to another server');
    } catch (thrown) {
      throw postgresError(thrown, this.#place, phase);
    }
  }

  /** Reads the halves of a query, each through one connection. */
  async *read(
    [one, two]: readonly [string, string],
    first: { readonly client: PostgresClient; readonly rows: RowBatcher },
    { columns, formats, binary }: RowLayout,
    end: () => ListingEnd,
  ): AsyncGenerator<RowBatch> {
    this.rows.binary = binary;
    first.client.stream(one, [], first.rows, formats);
    this.client.stream(two, [], this.rows, formats);
    // The first transaction stays open until both halves are read: its locks keep the tables as they are in the snapshot.
    yield* mergeBatches([first.rows.batches(columns, end), this.rows.batches(columns, end)]);
    await this.client.end();
  }
}

interface Refusal {
  readonly code: 'SOURCE_REFUSED' | 'SOURCE_QUERY_INVALID';
  readonly what: string;
  readonly hint: string;
}

const CANNOT_BE_SPLIT: Refusal = {
  code: 'SOURCE_QUERY_INVALID',
  what: 'the query cannot be divided between two connections',
  hint: 'Remove spec.source.connections, or change spec.source.query so that SELECT * FROM (query) AS q is valid.',
};
const CANNOT_EXPORT: Refusal = {
  code: 'SOURCE_REFUSED',
  what: 'the server does not export its snapshot for a second connection',
  hint: 'Remove spec.source.connections: the listing then uses one connection.',
};
const CANNOT_IMPORT: Refusal = {
  code: 'SOURCE_REFUSED',
  what: 'the second connection cannot use the snapshot of the first one',
  hint: 'A load balancer or a pooler on the way may lead the two connections to different servers. Let the secret name one server, or remove spec.source.connections.',
};

function refusal(
  { user, host, port, database, secretRef }: PostgresPlace,
  { code, what, hint }: Refusal,
  words: string,
  cause?: Error,
): BridgeError {
  const at = `${user}@${host}:${port}/${database} (secret ${secretRef})`;
  return new BridgeError(code, `Postgres source ${at}: ${what}: ${words}`, {
    hint,
    ...(cause && { cause }),
  });
}

/** Translates the error of a statement that the server does not support. */
async function translated<T>(statement: Promise<T>, place: PostgresPlace, meaning: Refusal): Promise<T> {
  try {
    return await statement;
  } catch (thrown) {
    const error = asError(thrown);
    throw REFUSED.test(codeOf(error)) ? refusal(place, meaning, error.message, error) : error;
  }
}

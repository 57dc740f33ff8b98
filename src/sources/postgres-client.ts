import pg from 'pg';
import Cursor from 'pg-cursor';
import type { PostgresAddress } from './postgres-dsn.ts';
import { PostgresSocket } from './postgres-socket.ts';
import type { RowBatcher } from './row-batcher.ts';

/**
 * Rows per fetch from the server-side cursor. Memory does not depend on it (the socket stops when batches are full); each
 * fetch costs a round trip, and cancelling waits for none.
 */
const FETCH_ROWS = 50_000;

export interface PostgresField {
  readonly name: string;
  readonly oid: number;
}

/** One connection to a Postgres server; the only file that names the driver. */
export class PostgresClient {
  readonly #client: pg.Client;
  readonly #socket: PostgresSocket;
  /** Why the connection broke, when it breaks while no query is there to be told. */
  #broken: Error | undefined;
  #onBroken: (error: Error) => void = () => undefined;

  constructor(address: PostgresAddress, connectSeconds: number) {
    const socket = new PostgresSocket(address.tls);
    this.#socket = socket;
    const { host, port, user, database, password } = address;
    this.#client = new pg.Client({
      host,
      port,
      user,
      database,
      // As a function, an empty password does not make the driver look for one in the environment.
      password: () => password ?? '',
      // TLS is the socket's business.
      ssl: false,
      stream: () => socket,
      connectionTimeoutMillis: connectSeconds * 1_000,
      application_name: 'gemini-sync-bridge',
    });
    this.#client.on('error', (error) => {
      this.#broken = error;
      this.#onBroken(error);
    });
  }

  /** @throws what the driver throws */
  async connect(): Promise<void> {
    await this.#client.connect();
  }

  /** All rows of a small result, as text, and its columns. */
  async query(
    text: string,
    values: readonly (string | number | null | readonly number[])[] = [],
  ): Promise<{ rows: (string | null)[][]; fields: PostgresField[] }> {
    const result = await this.#client.query<(string | null)[]>({
      text,
      values: [...values],
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    });
    return {
      rows: result.rows,
      fields: result.fields.map(({ name, dataTypeID }) => ({ name, oid: dataTypeID })),
    };
  }

  /** Several statements at once, without parameters. */
  async execute(text: string): Promise<void> {
    await this.#client.query(text);
  }

  /**
   * Streams a query's rows, as bytes, into batches, through a server-side cursor; ends or fails the batcher when it is done.
   * The connection is of no other use meanwhile.
   */
  stream(text: string, values: readonly (string | null)[], rows: RowBatcher): void {
    const { tap } = this.#socket;
    rows.onDrain = () => {
      this.#socket.resumeRows();
    };
    this.#onBroken = (error) => {
      rows.fail(error);
    };
    tap.rows = rows;
    this.#fetchAll(this.#client.query(new Cursor(text, [...values])), rows).then(
      () => {
        rows.end();
      },
      (thrown: unknown) => {
        rows.fail(this.#broken ?? (thrown instanceof Error ? thrown : new Error(String(thrown))));
      },
    );
  }

  async #fetchAll(cursor: Cursor, rows: RowBatcher): Promise<void> {
    const { tap } = this.#socket;
    do {
      tap.taken = 0;
      await cursor.read(FETCH_ROWS);
    } while (tap.taken === FETCH_ROWS);
    tap.rows = undefined;
    rows.onDrain = () => undefined;
  }

  /** Closes the connection at once, whatever it is doing. May be called twice. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Says goodbye and closes. */
  async end(): Promise<void> {
    await this.#client.end();
  }
}

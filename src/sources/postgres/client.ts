import pg from 'pg';
import Cursor from 'pg-cursor';
import type { PostgresAddress } from '../../net/postgres/address.ts';
import { asError } from '../../core/thrown.ts';
import { PostgresSocket } from './socket.ts';
import type { RowBatcher } from '../row-batcher.ts';

/**
 * Rows per fetch from the server-side cursor. Memory does not depend on it (the socket stops when batches are full); each
 * fetch costs a round trip, and cancelling waits for none.
 */
const FETCH_ROWS = 50_000;

export interface PostgresField {
  readonly name: string;
  readonly oid: number;
}

/** A goodbye that takes longer than this is no longer waited for. */
const GOODBYE_SECONDS = 2;

/**
 * Asks the server what a statement returns. It is parsed and checked as a whole, and not run: so an error has the database's
 * own words and position, and it must be one statement alone.
 */
/** What the server says of a statement that it has not run. */
export interface PostgresStatement {
  /** The columns that it returns; undefined for one that returns no rows at all. */
  readonly fields: readonly PostgresField[] | undefined;
  /** The type of each parameter, by object id. */
  readonly parameters: readonly number[];
}

class Description implements pg.Submittable {
  #fields: PostgresField[] | undefined;
  #parameters: readonly number[] = [];
  readonly #text: string;
  readonly #resolve: (statement: PostgresStatement) => void;
  readonly #reject: (error: Error) => void;

  constructor(text: string, resolve: (statement: PostgresStatement) => void, reject: (error: Error) => void) {
    this.#text = text;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: pg.Connection): void {
    // The driver hands this message to no query.
    connection.once('parameterDescription', ({ dataTypeIDs }: { dataTypeIDs: readonly number[] }) => {
      this.#parameters = dataTypeIDs;
    });
    connection.parse({ text: this.#text, name: '', types: [] }, true);
    connection.describe({ type: 'S' }, true);
    connection.sync();
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#fields = fields.map(({ name, dataTypeID }) => ({ name, oid: dataTypeID }));
  }

  handleReadyForQuery(): void {
    this.#resolve({ fields: this.#fields, parameters: this.#parameters });
  }

  handleError(error: Error): void {
    this.#reject(error);
  }
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
    const { host, port, user, database, password, options, applicationName } = address;
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
      enableChannelBinding: address.tls.channelBinding,
      connectionTimeoutMillis: connectSeconds * 1_000,
      application_name: applicationName ?? 'gemini-sync-bridge',
      ...(options !== undefined && { options }),
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

  /** All rows of a small result, as text. */
  async query(
    text: string,
    values: readonly (string | number | readonly number[])[] = [],
  ): Promise<(string | null)[][]> {
    const result = await this.#client.query<(string | null)[]>({
      text,
      values: [...values],
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    });
    return result.rows;
  }

  /** Runs nothing. */
  describe(text: string): Promise<PostgresStatement> {
    return new Promise((resolve, reject) => {
      this.#client.query(new Description(text, resolve, reject));
    });
  }

  /** Several statements at once, without parameters. */
  async execute(text: string): Promise<void> {
    await this.#client.query(text);
  }

  /**
   * Streams a query's rows, as bytes, into batches, through a server-side cursor; ends or fails the batcher when it is done.
   * The connection is of no other use meanwhile.
   */
  stream(text: string, values: readonly string[], rows: RowBatcher): void {
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
        rows.fail(this.#broken ?? asError(thrown));
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

  /** Says goodbye and closes; without the goodbye, the server would log each run as a lost connection. */
  async end(): Promise<void> {
    const giveUp = setTimeout(() => {
      this.destroy();
    }, GOODBYE_SECONDS * 1_000);
    await this.#client.end();
    clearTimeout(giveUp);
  }
}

import pg from 'pg';
import type { PostgresAddress } from '../../net/postgres/address.ts';
import { asError } from '../../core/thrown.ts';
import { RowQuery } from './row-query.ts';
import { PostgresSocket } from './socket.ts';
import type { RowBatcher } from '../row-batcher.ts';

export interface PostgresField {
  readonly name: string;
  readonly oid: number;
}

/** The longest wait for the server to close the connection. */
const GOODBYE_SECONDS = 2;

/** The server's description of a statement that it has not run. */
export interface PostgresStatement {
  /** The columns that it returns; undefined if it returns no rows at all. */
  readonly fields: readonly PostgresField[] | undefined;
  /** The type of each parameter, by object id. */
  readonly parameters: readonly number[];
}

/**
 * Asks the server what a statement returns. The statement is parsed and checked as a whole, but not run. So an error has the
 * database's own message and position, and the text must be a single statement.
 */
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
    // The driver does not pass this message to any query.
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

/** One connection to a Postgres server. No other file names the driver. */
export class PostgresClient {
  readonly #client: pg.Client;
  readonly #socket: PostgresSocket;
  /** The error that broke the connection while no query was running. */
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
      // Because this is a function, the driver does not search the environment when the password is empty.
      password: () => password ?? '',
      // The socket handles TLS.
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

  /** @throws the driver's errors */
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

  /** Describes a statement without running it. */
  describe(text: string): Promise<PostgresStatement> {
    return new Promise((resolve, reject) => {
      this.#client.query(new Description(text, resolve, reject));
    });
  }

  /** Runs several statements at once, without parameters. */
  async execute(text: string): Promise<void> {
    await this.#client.query(text);
  }

  /**
   * Streams a query's rows, as bytes, into batches, through a server-side cursor; ends or fails the batcher when it is done.
   * The connection cannot be used otherwise meanwhile.
   * @param formats the format of each column; none if all are text
   */
  stream(text: string, values: readonly string[], rows: RowBatcher, formats: readonly number[] = []): void {
    const { tap } = this.#socket;
    rows.onDrain = () => {
      this.#socket.resumeRows();
    };
    this.#onBroken = (error) => {
      rows.fail(error);
    };
    tap.rows = rows;
    const query = new RowQuery(text, values, formats);
    this.#client.query(query);
    query.done.then(
      () => {
        tap.rows = undefined;
        rows.onDrain = () => undefined;
        rows.end();
      },
      (thrown: unknown) => {
        rows.fail(this.#broken ?? asError(thrown));
      },
    );
  }

  /** Closes the connection immediately, whatever it is doing. May be called twice. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Closes the connection properly. Otherwise the server would log each run as a lost connection. */
  async end(): Promise<void> {
    const giveUp = setTimeout(() => {
      this.destroy();
    }, GOODBYE_SECONDS * 1_000);
    await this.#client.end();
    clearTimeout(giveUp);
  }
}

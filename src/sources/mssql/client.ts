import { Connection, ISOLATION_LEVEL, Request, TYPES } from 'tedious';
import { mssqlConfiguration, type MssqlTimes } from './configuration.ts';
import type { MssqlAddress } from './dsn.ts';
import type { MssqlColumn } from './types.ts';
import { asError } from '../../core/thrown.ts';
import type { RowWriter } from '../sql/row-writer.ts';

/** A parameter of a statement, which is sent separately from its text. */
export type MssqlParameter = readonly [name: string, value: string | Buffer];

/** The time that a cancelled query has to confirm; after it the connection is closed. */
const CANCEL_MS = 2_000;

/** One connection to SQL Server. No other file names the driver. */
export class MssqlClient {
  readonly #address: MssqlAddress;
  readonly #times: MssqlTimes;
  #connection: Connection | undefined;
  #request: Request | undefined;
  /** Rejects the pending operation when the connection ends. */
  #onEnd: (error: Error) => void = () => undefined;
  #failure: Error | undefined;
  #destroyed = false;

  constructor(address: MssqlAddress, times: MssqlTimes) {
    this.#address = address;
    this.#times = times;
  }

  /** @throws the driver's errors */
  async connect(): Promise<void> {
    let refusal: Error | undefined;
    const configuration = await mssqlConfiguration(this.#address, this.#times, (error) => {
      refusal = error;
    });
    // There was nothing to close yet while the certificate file was read.
    if (this.#destroyed) throw new ConnectionEnded();
    const connection = new Connection(configuration);
    this.#connection = connection;
    connection.on('error', (error) => {
      this.#failure = error;
    });
    connection.on('end', () => {
      this.#onEnd(this.#failure ?? new ConnectionEnded());
    });
    try {
      await this.#settled((done) => {
        connection.connect(done);
      });
    } catch (thrown) {
      throw refusal ?? asError(thrown);
    }
  }

  /** Begins a transaction that reads one snapshot, or one in which each read sees committed rows. */
  begin(snapshot: boolean): Promise<void> {
    const level = snapshot ? ISOLATION_LEVEL['SNAPSHOT'] : ISOLATION_LEVEL['READ_COMMITTED'];
    return this.#settled((done) => {
      this.#open.beginTransaction(done, '', level);
    });
  }

  /** Rolls back the transaction, because a source is only read. */
  rollback(): Promise<void> {
    return this.#settled((done) => {
      this.#open.rollbackTransaction(done);
    });
  }

  /** All rows of a small result, each as its values by column name. */
  async rows(text: string, parameters: readonly MssqlParameter[] = []): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    await this.#execute(text, parameters, (row) => {
      rows.push(Object.fromEntries(row.map(({ metadata, value }) => [metadata.colName, value])));
    });
    return rows;
  }

  /** Streams the rows of a statement; resolves after the last. */
  async stream(
    text: string,
    parameters: readonly MssqlParameter[],
    columns: readonly MssqlColumn[],
    out: RowWriter,
  ): Promise<void> {
    await this.#execute(text, parameters, (row) => {
      out.startRow();
      for (let index = 0; index < row.length; index++) {
        const value = row[index]?.value;
        const column = columns[index];
        if (value === null || column === undefined) out.value(null);
        else out.text(column.text(value));
      }
      out.endRow();
      if (out.full) this.#request?.pause();
    });
  }

  resume(): void {
    this.#request?.resume();
  }

  /** Asks the server to cancel the running statement, and waits briefly for the confirmation. */
  async cancel(): Promise<void> {
    const request = this.#request;
    if (request === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CANCEL_MS);
      request.once('requestCompleted', () => {
        clearTimeout(timer);
        resolve();
      });
      request.resume();
      this.#connection?.cancel();
    });
  }

  /** Closes the connection at once. May be called twice. */
  destroy(): void {
    this.#destroyed = true;
    this.#connection?.close();
    this.#connection = undefined;
  }

  get #open(): Connection {
    if (this.#connection === undefined) throw new ConnectionEnded();
    return this.#connection;
  }

  async #execute(
    text: string,
    parameters: readonly MssqlParameter[],
    onRow: (row: readonly Cell[]) => void,
  ): Promise<void> {
    let failure: Error | undefined;
    try {
      await this.#settled((done) => {
        const request = new Request(text, done);
        this.#request = request;
        for (const [name, value] of parameters) {
          request.addParameter(name, typeof value === 'string' ? TYPES.NVarChar : TYPES.VarBinary, value);
        }
        request.on('row', (row: readonly Cell[]) => {
          if (failure !== undefined) return;
          try {
            onRow(row);
          } catch (thrown) {
            // An error that is thrown in the driver's own code would end the process.
            failure = asError(thrown);
            this.#connection?.cancel();
          }
        });
        this.#open.execSql(request);
      });
    } catch (thrown) {
      throw failure ?? asError(thrown);
    }
    this.#request = undefined;
    if (failure !== undefined) throw failure;
  }

  #settled(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onEnd = reject;
      start((error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }
}

/** A value and its column, as the driver passes rows. */
interface Cell {
  readonly metadata: { readonly colName: string };
  readonly value: unknown;
}

class ConnectionEnded extends Error {
  readonly code = 'ECONNCLOSED';

  constructor() {
    super('The connection was closed.');
  }
}

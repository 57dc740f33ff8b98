import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { Connection, ISOLATION_LEVEL, Request, TYPES, type ConnectionConfiguration } from 'tedious';
import type { MssqlAddress, MssqlLogin } from './mssql-dsn.ts';
import type { MssqlColumn } from './mssql-types.ts';
import { asError } from './network-errors.ts';
import type { RowWriter } from './row-writer.ts';

/** A value of a statement, apart from its text. */
export type MssqlParameter = readonly [name: string, value: string | Buffer];

interface MssqlTimes {
  readonly connectSeconds: number;
  readonly statementSeconds: number;
}

/** A query that is cancelled gets this long to say so; then the connection is simply closed. */
const CANCEL_MS = 2_000;

/** One connection to SQL Server; the only file that names the driver. */
export class MssqlClient {
  readonly #address: MssqlAddress;
  readonly #times: MssqlTimes;
  #connection: Connection | undefined;
  #request: Request | undefined;
  /** Fails what is waited for when the connection ends under it. */
  #onEnd: (error: Error) => void = () => undefined;
  #failure: Error | undefined;

  constructor(address: MssqlAddress, times: MssqlTimes) {
    this.#address = address;
    this.#times = times;
  }

  /** @throws what the driver throws */
  async connect(): Promise<void> {
    const connection = new Connection(await configuration(this.#address, this.#times));
    this.#connection = connection;
    connection.on('error', (error) => {
      this.#failure = error;
    });
    connection.on('end', () => {
      this.#onEnd(this.#failure ?? new ConnectionEnded());
    });
    await this.#settled((done) => {
      connection.connect(done);
    });
  }

  /** Begins a transaction that sees one moment, or one in which each read sees what is committed. */
  begin(snapshot: boolean): Promise<void> {
    const level = snapshot ? ISOLATION_LEVEL['SNAPSHOT'] : ISOLATION_LEVEL['READ_COMMITTED'];
    return this.#settled((done) => {
      this.#open.beginTransaction(done, '', level);
    });
  }

  /** Undoes whatever was done: a source is only read. */
  rollback(): Promise<void> {
    return this.#settled((done) => {
      this.#open.rollbackTransaction(done);
    });
  }

  /** All rows of a small result, each as its values by name. */
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
      for (const [index, { value }] of row.entries()) {
        const column = columns[index];
        out.value(value === null || column === undefined ? null : Buffer.from(column.text(value)));
      }
      out.endRow();
      if (out.full) this.#request?.pause();
    });
  }

  resume(): void {
    this.#request?.resume();
  }

  /** Asks the server to end what it is at work on, and waits a little for it to say so. */
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
            // Thrown in the driver's own code, it would end the process.
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

/** A value and its column, as the driver hands rows over. */
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

async function configuration(address: MssqlAddress, times: MssqlTimes): Promise<ConnectionConfiguration> {
  const { host, port, instance, database, encrypt, trustServerCertificate, caFile, certificateName } =
    address;
  return {
    server: host,
    authentication: authentication(address.login),
    options: {
      ...(port !== undefined && { port }),
      ...(instance !== undefined && { instanceName: instance }),
      ...(database !== undefined && { database }),
      // The driver takes a number for a name that a certificate could have.
      ...(certificateName !== undefined && { serverName: certificateName }),
      ...(certificateName === undefined && isIP(host) !== 0 && { serverName: '' }),
      encrypt,
      trustServerCertificate,
      ...(caFile !== undefined && { cryptoCredentialsDetails: { ca: await readFile(caFile) } }),
      appName: 'gemini-sync-bridge',
      connectTimeout: times.connectSeconds * 1_000,
      requestTimeout: times.statementSeconds * 1_000,
      // Runs are tried again by whoever started them.
      maxRetriesOnTransientErrors: 0,
      // Routes to a readable secondary, where there is one.
      readOnlyIntent: true,
      useUTC: true,
      // Otherwise a text is cut at two gigabytes less; the limit of a row is our own.
      textsize: 2_147_483_647,
    },
  };
}

function authentication(login: MssqlLogin): NonNullable<ConnectionConfiguration['authentication']> {
  switch (login.kind) {
    case 'sql':
      return { type: 'default', options: { userName: login.user, password: login.password } };
    case 'ntlm':
      return {
        type: 'ntlm',
        options: { userName: login.user, password: login.password, domain: login.domain },
      };
    case 'service principal':
      return {
        type: 'azure-active-directory-service-principal-secret',
        options: {
          clientId: login.clientId,
          clientSecret: login.clientSecret,
          tenantId: login.tenantId,
        },
      };
    case 'managed identity':
      return { type: 'azure-active-directory-msi-vm', options: clientOptions(login.clientId) };
    case 'ambient':
      return { type: 'azure-active-directory-default', options: clientOptions(login.clientId) };
  }
}

function clientOptions(clientId: string | undefined): { clientId?: string } {
  return clientId === undefined ? {} : { clientId };
}

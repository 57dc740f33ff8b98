import { readFile } from 'node:fs/promises';
import mysql from 'mysql2';
import type { MysqlAddress, MysqlTls } from './dsn.ts';
import type { MysqlColumn, MysqlField } from './types.ts';
import { asError } from '../../core/thrown.ts';
import type { RowWriter } from '../sql/row-writer.ts';

/** The longest wait for the server to close the connection. */
const GOODBYE_SECONDS = 2;

interface MysqlWarning {
  readonly number: number;
  readonly words: string;
}

/** One connection to a MySQL or MariaDB server. No other file names the driver. */
export class MysqlClient {
  readonly #address: MysqlAddress;
  readonly #connectMs: number;
  #connection: mysql.Connection | undefined;
  /** The error that broke the connection while no query was running. */
  #broken: Error | undefined;
  #onBroken: (error: Error) => void = () => undefined;
  #destroyed = false;

  constructor(address: MysqlAddress, connectSeconds: number) {
    this.#address = address;
    this.#connectMs = connectSeconds * 1_000;
  }

  /** The server's id of this connection. */
  get id(): number {
    return this.#open.threadId;
  }

  /** @throws the driver's errors */
  async connect(): Promise<void> {
    const { mode } = this.#address.tls;
    try {
      await this.#connect(mode === 'DISABLED' ? undefined : await tlsOptions(this.#address.tls));
    } catch (thrown) {
      // The driver reports this before it has sent a password.
      const noTls = asError(thrown).message.includes('does not support secure connection');
      if (mode !== 'PREFERRED' || !noTls) throw thrown;
      await this.#connect(undefined);
    }
  }

  /** Runs one statement. Each `?` is a placeholder for a value, which is sent separately. */
  run(text: string, values: readonly string[] = []): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null) => {
        if (error === null) resolve();
        else reject(error);
      };
      if (values.length === 0) this.#open.query(text, done);
      else this.#open.execute(text, [...values], done);
    });
  }

  /** The only value of the only row of a result, as text; undefined if there is no row. */
  value(text: string): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      this.#open.query<mysql.RowDataPacket[]>(
        { sql: text, rowsAsArray: true, typeCast: false },
        (error, rows) => {
          const cell: unknown = error === null ? Object.values(rows[0] ?? []).at(0) : undefined;
          if (error === null) resolve(Buffer.isBuffer(cell) ? cell.toString() : undefined);
          else reject(error);
        },
      );
    });
  }

  /** The number and the message of each warning of the last statement. */
  warnings(): Promise<MysqlWarning[]> {
    return new Promise((resolve, reject) => {
      this.#open.query<mysql.RowDataPacket[]>('SHOW WARNINGS', (error, rows) => {
        if (error === null)
          resolve(rows.map((row) => ({ number: Number(row['Code']), words: String(row['Message']) })));
        else reject(error);
      });
    });
  }

  /** The fields that a statement returns; undefined if it returns no rows at all. The statement is not run. */
  fields(text: string): Promise<MysqlField[] | undefined> {
    return new Promise((resolve, reject) => {
      this.#open.prepare(text, (error, statement) => {
        if (error !== null) {
          reject(error);
          return;
        }
        const fields = fieldsOf(statement);
        statement.close();
        resolve(fields.length === 0 ? undefined : fields);
      });
    });
  }

  /** Streams the rows of a statement, each value as the bytes that the server sent; resolves after the last. */
  rows(text: string, columns: readonly MysqlColumn[], out: RowWriter): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onBroken = reject;
      if (this.#broken !== undefined) reject(this.#broken);
      const query = this.#open.query({ sql: text, rowsAsArray: true, typeCast: false });
      query.on('error', reject);
      query.on('end', resolve);
      query.on('result', (row: unknown) => {
        if (!Array.isArray(row)) return;
        writeRow(row, columns, out);
        // Rows that have already arrived stay in the driver, at most the bytes of one read of the socket.
        if (out.full) this.#open.pause();
      });
    });
  }

  resume(): void {
    this.#open.resume();
  }

  /** Closes the connection immediately, whatever it is doing. May be called twice. */
  destroy(): void {
    this.#destroyed = true;
    this.#connection?.destroy();
    this.#onBroken(new Error('The connection was closed.'));
  }

  /** Closes the connection properly. */
  async end(): Promise<void> {
    const connection = this.#open;
    const giveUp = setTimeout(() => {
      this.destroy();
    }, GOODBYE_SECONDS * 1_000);
    await new Promise<void>((resolve) => {
      this.#onBroken = () => {
        resolve();
      };
      connection.end(() => {
        resolve();
      });
    });
    clearTimeout(giveUp);
  }

  get #open(): mysql.Connection {
    if (this.#connection === undefined) throw new Error('The connection is closed.');
    return this.#connection;
  }

  #connect(ssl: mysql.SslOptions | undefined): Promise<void> {
    if (this.#destroyed) throw new Error('The connection was closed.');
    const { host, port, user, password, database } = this.#address;
    const connection = mysql.createConnection({
      ...(host.startsWith('/') ? { socketPath: host } : { host, port }),
      user,
      password,
      charset: 'utf8mb4',
      connectTimeout: this.#connectMs,
      // A server must never make this machine send a file.
      flags: ['-LOCAL_FILES'],
      ...(database !== undefined && { database }),
      ...(ssl !== undefined && { ssl }),
    });
    this.#connection = connection;
    this.#broken = undefined;
    connection.on('error', (error: Error) => {
      // The first attempt of `PREFERRED` may fail after the second one has started.
      if (connection !== this.#connection) return;
      this.#broken = error;
      this.#onBroken(error);
    });
    return new Promise((resolve, reject) => {
      this.#onBroken = reject;
      connection.connect((error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }
}

async function tlsOptions({ mode, caFile, certFile, keyFile }: MysqlTls): Promise<mysql.SslOptions> {
  return {
    rejectUnauthorized: mode === 'VERIFY_CA' || mode === 'VERIFY_IDENTITY',
    verifyIdentity: mode === 'VERIFY_IDENTITY',
    ...(caFile !== undefined && { ca: await readFile(caFile) }),
    ...(certFile !== undefined && { cert: await readFile(certFile) }),
    ...(keyFile !== undefined && { key: await readFile(keyFile) }),
  };
}

/** The driver provides the fields, but its types omit them. */
function fieldsOf(statement: object): MysqlField[] {
  if (!('columns' in statement) || !Array.isArray(statement.columns)) return [];
  return statement.columns.map((column: unknown) => {
    const { name, columnType, characterSet, flags, extendedFormat } = column as Partial<mysql.FieldPacket>;
    return {
      name: name ?? '',
      type: columnType ?? 0,
      characterSet: characterSet ?? 0,
      flags: typeof flags === 'number' ? flags : 0,
      format: extendedFormat,
    };
  });
}

function writeRow(row: readonly unknown[], columns: readonly MysqlColumn[], out: RowWriter): void {
  out.startRow();
  for (const [index, value] of row.entries()) {
    const bytes = Buffer.isBuffer(value) ? value : null;
    const convert = columns[index]?.convert;
    out.value(bytes === null || convert === undefined ? bytes : convert(bytes));
  }
  out.endRow();
}

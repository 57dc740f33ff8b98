import oracledb from 'oracledb';
import type { OracleAddress } from './dsn.ts';
import type { OracleColumn, OracleField } from './types.ts';
import type { RowWriter } from '../sql/row-writer.ts';

interface OracleTimes {
  readonly connectSeconds: number;
  readonly statementSeconds: number;
}

/** The number of rows per response of the server. Each response costs a round trip, and its rows are in memory together. */
const FETCH_ROWS = 500;

/** One connection to an Oracle database. No other file names the driver. */
export class OracleClient {
  readonly #address: OracleAddress;
  readonly #times: OracleTimes;
  #connection: oracledb.Connection | undefined;
  #destroyed = false;
  /** Wakes a reader that waits for room, when there is room or the connection is closed. */
  #onRoom: () => void = () => undefined;

  constructor(address: OracleAddress, times: OracleTimes) {
    this.#address = address;
    this.#times = times;
  }

  /** @throws the driver's errors */
  async connect(): Promise<void> {
    const { user, password, connectString, configDir, walletFolder, walletPassword } = this.#address;
    const connection = await oracledb.getConnection({
      user,
      password,
      connectString,
      connectTimeout: this.#times.connectSeconds,
      transportConnectTimeout: this.#times.connectSeconds,
      ...(configDir !== undefined && { configDir }),
      ...(walletFolder !== undefined && { walletLocation: walletFolder }),
      ...(walletPassword !== undefined && { walletPassword }),
    });
    connection.callTimeout = this.#times.statementSeconds * 1_000;
    connection.module = 'gemini-sync-bridge';
    this.#connection = connection;
    if (this.#destroyed) this.destroy();
  }

  /** Runs one statement without values. */
  async run(text: string): Promise<void> {
    await this.#open.execute(text);
  }

  /** The only value of the only row of a query, as text; empty if there is none. */
  async value(text: string): Promise<string> {
    const { rows } = await this.#open.execute<unknown[]>(text, [], { outFormat: oracledb.OUT_FORMAT_ARRAY });
    const value = rows?.[0]?.[0];
    return typeof value === 'string' ? value : '';
  }

  /** All rows of a small result whose columns are text that is never NULL. */
  async texts(text: string): Promise<string[][]> {
    const { rows = [] } = await this.#open.execute<unknown[]>(text, [], {
      outFormat: oracledb.OUT_FORMAT_ARRAY,
    });
    return rows.map((row) => row.map(String));
  }

  /** The columns of a query; undefined for another kind of statement. The statement is not run. */
  async fields(text: string): Promise<OracleField[] | undefined> {
    const { metaData } = await this.#open.getStatementInfo(text);
    return metaData?.map(({ name, dbTypeName = '', precision = 0, scale = -1 }) => ({
      name,
      typeName: dbTypeName.replace(/^DB_TYPE_/, ''),
      precision,
      scale,
    }));
  }

  /** Reads the rows of a query in batches; resolves after the last. */
  async read(
    text: string,
    binds: Readonly<Record<string, string>>,
    columns: readonly OracleColumn[],
    out: RowWriter,
  ): Promise<void> {
    const { resultSet } = await this.#open.execute<unknown[]>(
      text,
      { ...binds },
      {
        resultSet: true,
        outFormat: oracledb.OUT_FORMAT_ARRAY,
        fetchArraySize: FETCH_ROWS,
        prefetchRows: FETCH_ROWS,
        fetchTypeHandler,
      },
    );
    if (resultSet === undefined) return;
    for (;;) {
      const rows = await resultSet.getRows(FETCH_ROWS);
      if (rows.length === 0) break;
      for (const row of rows) {
        if (out.full) await this.#room();
        writeRow(row, columns, out);
      }
    }
    await resultSet.close();
  }

  /** Called when there is room for rows again. */
  resume(): void {
    this.#onRoom();
  }

  /** Asks the server to cancel the running statement. */
  async cancel(): Promise<void> {
    await this.#connection?.break().catch(() => undefined);
  }

  async end(): Promise<void> {
    await this.#connection?.close();
    this.#connection = undefined;
  }

  /** Closes the connection immediately, without waiting. May be called twice. */
  destroy(): void {
    this.#destroyed = true;
    this.#onRoom();
    const connection = this.#connection;
    this.#connection = undefined;
    // Otherwise the driver would wait for a call in progress.
    void connection
      ?.break()
      .catch(() => undefined)
      .then(() => connection.close())
      .catch(() => undefined);
  }

  get #open(): oracledb.Connection {
    if (this.#connection === undefined) throw new Error('NJS-500: the connection was closed');
    return this.#connection;
  }

  #room(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onRoom = () => {
        if (this.#destroyed) reject(new Error('NJS-500: the connection was closed'));
        else resolve();
      };
      if (this.#destroyed) this.#onRoom();
    });
  }
}

/** Large objects and exact numbers are fetched as text or as bytes, together with the rows. */
function fetchTypeHandler({ dbTypeName = '' }: oracledb.Metadata<unknown>) {
  if (dbTypeName === 'NUMBER') return { type: oracledb.STRING };
  if (['CLOB', 'NCLOB'].includes(dbTypeName)) return { type: oracledb.STRING, converter: asIs };
  return dbTypeName === 'BLOB' ? { type: oracledb.BUFFER, converter: asIs } : undefined;
}

function asIs(value: unknown): unknown {
  return value;
}

/** Switches the whole process from the driver's JavaScript implementation to Oracle's client libraries. */
export function useThickClient(libDir: string | undefined): void {
  oracledb.initOracleClient(libDir === undefined ? {} : { libDir });
}

function writeRow(row: readonly unknown[], columns: readonly OracleColumn[], out: RowWriter): void {
  out.startRow();
  for (let index = 0; index < row.length; index++) {
    const value = row[index];
    const column = columns[index];
    if (value === null || column === undefined) out.value(null);
    else out.text(column.text(value));
  }
  out.endRow();
}

import { once } from 'node:events';
import { Connection, Request, type ConnectionConfiguration } from 'tedious';

type ConnectionOptions = NonNullable<ConnectionConfiguration['options']>;
type Authentication = NonNullable<ConnectionConfiguration['authentication']>;

/** What a column holds, as the driver hands it over. */
interface Cell {
  readonly value: unknown;
}

export const LOGIN: Authentication = {
  type: 'default',
  options: { userName: 'reader', password: 'pässword' },
};

/** A logged-in connection of the driver tedious. @throws what the driver reports instead */
export async function connectTedious(
  server: { readonly host: string; readonly port: number },
  options: ConnectionOptions = {},
  authentication: Authentication = LOGIN,
): Promise<Connection> {
  const connection = new Connection({
    server: server.host,
    authentication,
    options: { port: server.port, encrypt: false, ...options },
  });
  // Later connection errors fail the current request as well.
  connection.on('error', () => undefined);
  const failed = new Promise<never>((_resolve, reject) => {
    connection.on('connect', (error?: Error) => {
      if (error) reject(error);
    });
  });
  connection.connect();
  await Promise.race([once(connection, 'connect'), failed]);
  return connection;
}

/** Executes a request and gathers its rows. @throws what the driver reports */
export async function rowsOf(
  connection: Connection,
  sql: string,
  prepare?: (request: Request) => void,
  how?: 'execSql' | 'execSqlBatch' | 'callProcedure',
): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  await eachRow(connection, sql, (values) => rows.push(values), prepare, how);
  return rows;
}

/** Executes a request and keeps nothing of it. @throws what the driver reports */
export async function eachRow(
  connection: Connection,
  sql: string,
  take: (values: unknown[]) => void,
  prepare: (request: Request) => void = () => undefined,
  how: 'execSql' | 'execSqlBatch' | 'callProcedure' = 'execSql',
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = new Request(sql, (error) => {
      if (error) reject(error);
      else resolve();
    });
    request.on('row', (cells: Cell[]) => {
      take(cells.map(({ value }) => value));
    });
    prepare(request);
    connection[how](request);
  });
}

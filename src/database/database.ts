import createKnex, { type Knex } from 'knex';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { STATE_CONNECTIONS_MAX } from './limits.ts';
import { PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE } from '../core/private-modes.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { postgresDialect, sqliteDialect, type Dialect } from './dialect.ts';

export interface Database {
  readonly knex: Knex;
  readonly dialect: Dialect;
  /** For messages: `host:port/name` or the path of the file; it never contains a password. */
  readonly location: string;
  readonly embedded: boolean;
  close(): Promise<void>;
}

export interface DatabaseAddress {
  /** `postgres://…`; if it is missing, the database is the file. */
  readonly url?: string | undefined;
  /** Path of the embedded SQLite database; `:memory:` is private to this connection. */
  readonly file: string;
}

export interface DatabaseOptions {
  /** The number of concurrent connections to Postgres; SQLite has one. */
  readonly connections?: number;
  /**
   * A connection to Postgres that is silent for this long is closed, and its statement fails with STATE_UNREACHABLE. Undefined:
   * there is no limit, because a statement of a run may take long.
   */
  readonly silenceSeconds?: number | undefined;
}

/** knex writes to the console by default; all of its messages arrive as errors, too. */
const quiet = { warn: ignore, error: ignore, debug: ignore, deprecate: ignore };

function ignore(): void {
  // Ignore the message.
}

/**
 * Opens no connection yet, but creates an embedded database, and its directory, for their owner alone.
 * @throws BridgeError ENVIRONMENT_INVALID for a URL of another kind; file system errors are passed on unchanged.
 */
export async function openDatabase(
  { url, file }: DatabaseAddress,
  options: DatabaseOptions = {},
): Promise<Database> {
  return url === undefined ? openSqlite(file) : openPostgres(url, options);
}

async function openSqlite(file: string): Promise<Database> {
  const { LibsqlClient } = await import('./sqlite/libsql-client.ts');
  if (file !== ':memory:') await createPrivately(file);
  const knex = createKnex({
    client: LibsqlClient,
    connection: { filename: file },
    useNullAsDefault: true,
    compileSqlOnError: false,
    log: quiet,
    // The driver runs in the process's own thread: more connections would only wait for each other.
    pool: { min: 1, max: 1 },
  });
  return {
    knex,
    dialect: sqliteDialect,
    location: file,
    embedded: true,
    async close() {
      await emptyJournal(knex);
      await knex.destroy();
    },
  };
}

/** SQLite would create the file with the umask of the process. Its journal and its index get the mode of the file. */
async function createPrivately(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: PRIVATE_FOLDER_MODE });
  try {
    await (await open(file, 'wx', PRIVATE_FILE_MODE)).close();
  } catch {
    // The file exists, or it cannot be created; SQLite then reports that itself.
  }
}

/**
 * SQLite does this itself when the last connection closes, but this driver only closes a connection when it is garbage-collected.
 */
async function emptyJournal(knex: Knex): Promise<void> {
  try {
    await knex.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Another process uses the database, or the file cannot be written: the journal stays, and no data is lost.
  }
}

async function openPostgres(
  url: string,
  { connections = STATE_CONNECTIONS_MAX, silenceSeconds }: DatabaseOptions,
): Promise<Database> {
  const address = parseDatabaseUrl(url);
  const { postgresClientFor } = await import('./postgres-client.ts');
  const knex = createKnex({
    client: postgresClientFor(address, silenceSeconds),
    // The client has the address; if `connection` is missing, knex opens no pool.
    connection: {},
    compileSqlOnError: false,
    log: quiet,
    pool: { min: 0, max: connections },
  });
  const location = `${address.host}:${address.port}/${address.database}`;
  return { knex, dialect: postgresDialect, location, embedded: false, close: () => knex.destroy() };
}

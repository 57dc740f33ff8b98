import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { freePort } from '../http/free-port.ts';

const CONNECTIONS_MAX = 20;

/**
 * A PostgreSQL with pgvector, in the process of the test. All connections share one session, one statement or transaction at a
 * time: it cannot show what two transactions do to each other.
 */
export interface TestPgvector {
  /** Connection string. There is one database, and no password is needed. */
  url(): string;
  /** Runs one or more statements and returns the rows of the last. */
  query(sql: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Drops everything in the schema `public`, the extension too, and creates the extension again if it is wanted. */
  reset(options?: PgvectorOptions): Promise<void>;
  stop(): Promise<void>;
}

export interface PgvectorOptions {
  /** True by default. False: the extension is available, but `create extension vector` was not run. */
  readonly extension?: boolean;
}

export async function startPgvector(options: PgvectorOptions = {}): Promise<TestPgvector> {
  const database = await PGlite.create({ extensions: { vector } });
  const port = await freePort();
  const server = new PGLiteSocketServer({
    db: database,
    host: '127.0.0.1',
    port,
    maxConnections: CONNECTIONS_MAX,
  });
  const create = async ({ extension = true }: PgvectorOptions) => {
    if (extension) await database.exec('create extension vector');
  };
  await create(options);
  await server.start();
  return {
    url: () => `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    async query(sql, parameters) {
      if (parameters !== undefined)
        return (await database.query<Record<string, unknown>>(sql, parameters)).rows;
      const results = await database.exec(sql);
      return results.at(-1)?.rows ?? [];
    },
    async reset(wanted = {}) {
      await database.exec('drop schema public cascade; create schema public');
      await create(wanted);
    },
    async stop() {
      await server.stop();
      await database.close();
    },
  };
}

import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgresOptions } from '../../../scripts/embedded-postgres.ts';
import { createCertificates } from '../http/certificates.ts';

export interface TestPostgresOptions extends EmbeddedPostgresOptions {
  /** The server offers TLS (and still accepts connections without). */
  readonly tls?: boolean;
}

/** A PostgreSQL server of this test file's own. Its superuser is `postgres`, with a password, so that a wrong one fails. */
export interface TestPostgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly pid: number;
  /** The authority that signed the server's certificate, in PEM format; only with `tls`. */
  readonly authority: string | undefined;
  /** Connection string, password included; the database is `postgres` unless given. */
  url(database?: string): string;
  /** Creates an empty database and returns its connection string. */
  createDatabase(name: string): Promise<string>;
  /** Runs one or more statements and returns the rows of the last. */
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export async function startPostgres({
  tls = false,
  ...options
}: TestPostgresOptions = {}): Promise<TestPostgres> {
  const certificates = tls ? createCertificates() : undefined;
  const server = await startEmbeddedPostgres(
    certificates === undefined
      ? options
      : {
          ...options,
          settings: {
            ...options.settings,
            ssl: 'on',
            ssl_cert_file: 'server.crt',
            ssl_key_file: 'server.key',
          },
          files: { ...options.files, 'server.crt': certificates.certificate, 'server.key': certificates.key },
        },
  );
  const query = async (sql: string, database?: string) => {
    const client = new pg.Client({ connectionString: server.url(database) });
    await client.connect();
    try {
      const result: unknown = await client.query(sql);
      const last: unknown = Array.isArray(result) ? result.at(-1) : result;
      return (last as pg.QueryResult<Record<string, unknown>>).rows;
    } finally {
      await client.end();
    }
  };
  return {
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    pid: server.pid,
    authority: certificates?.authority,
    url: (database) => server.url(database),
    async createDatabase(name) {
      await query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      return server.url(name);
    },
    query,
    stop: () => server.stop(),
  };
}

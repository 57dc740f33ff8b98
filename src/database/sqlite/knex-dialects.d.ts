/** The parts of knex that our clients build on; knex publishes no types for them. */

declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  import type { Knex } from 'knex';

  export default class BetterSqlite3Client extends Knex.Client {
    connectionSettings: { readonly filename: string };
    _query(connection: unknown, query: { readonly sql: string }): Promise<unknown>;
  }
}

declare module 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js' {
  import type { Knex } from 'knex';

  interface SqliteTransaction extends Knex.Transaction {
    begin(connection: unknown): Promise<unknown>;
  }
  const SqliteTransaction: new (
    client: Knex.Client,
    container: unknown,
    config: unknown,
    outer: unknown,
  ) => SqliteTransaction;
  export default SqliteTransaction;
}

declare module 'knex/lib/dialects/postgres/index.js' {
  import type { Knex } from 'knex';

  export default class PostgresDialectClient extends Knex.Client {
    /** Whether this is the client of a transaction. */
    readonly transacting?: boolean;
    _driver(): unknown;
    _acquireOnlyConnection(): Promise<unknown>;
    _query(connection: object, query: { readonly sql: string }): Promise<unknown>;
    transaction(container: unknown, config: object | undefined, outer: unknown): Knex.Transaction;
  }
}

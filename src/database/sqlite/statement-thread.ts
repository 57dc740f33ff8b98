import type Libsql from 'libsql';
import LibsqlOfPromises from 'libsql/promise';

interface Statement {
  all(bindings: readonly unknown[]): Promise<unknown[]>;
}

/** The driver's second interface, which works on the same connections, and does not block the thread that calls it. */
const driver: {
  exec(sql: string): Promise<unknown>;
  prepare(sql: string): Promise<Statement>;
} = LibsqlOfPromises.prototype;

/**
 * Carries out statements of one connection in a thread of the driver. One statement at a time: a transaction belongs to the
 * connection.
 */
export class StatementThread {
  readonly #connection: Libsql.Database;
  /** Statements are reused, as those of the connection itself. */
  readonly #statements = new Map<string, Statement>();

  constructor(connection: Libsql.Database) {
    this.#connection = connection;
  }

  /**
   * Carries out a statement that returns no rows; it has been carried out when this resolves.
   * @param bindings numbers, texts and bytes; they are copied at once
   */
  async run(sql: string, bindings: readonly unknown[]): Promise<void> {
    const statement = this.#statements.get(sql) ?? (await driver.prepare.call(this.#connection, sql));
    this.#statements.set(sql, statement);
    await statement.all(bindings);
  }

  /** Ends a transaction, which includes a wait for the disk. */
  async commit(): Promise<void> {
    await driver.exec.call(this.#connection, 'COMMIT');
  }
}

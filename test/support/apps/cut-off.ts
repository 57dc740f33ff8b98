import type { Database } from '../../../src/database/database.ts';

type Query = (connection: unknown, query: { readonly sql: string }) => Promise<unknown>;

/** The process ended here, as the database sees it. */
class CutOffError extends Error {}

/**
 * Runs work whose database connection is lost at one statement: before or after it took effect, and so is each later statement.
 * Only a rollback goes on, which the database does by itself.
 * @returns whether the work came as far as that statement
 */
export async function cutOffAt(
  { knex, embedded }: Database,
  statement: number,
  when: 'before' | 'after',
  work: () => Promise<unknown>,
): Promise<boolean> {
  const client = Object.getPrototypeOf(knex.client) as { _query: Query };
  const own = Object.getOwnPropertyDescriptor(client, '_query');
  const { _query: original } = client;
  let count = 0;
  client._query = async function query(this: unknown, connection, asked) {
    if (/^ROLLBACK/i.test(asked.sql)) return original.call(this, connection, asked);
    count++;
    if (count > statement) throw new CutOffError('The connection is lost.');
    if (count < statement) return original.call(this, connection, asked);
    if (when === 'after') await original.call(this, connection, asked);
    throw new CutOffError('The connection is lost.');
  };
  try {
    await work().catch(() => undefined);
  } finally {
    if (own === undefined) Reflect.deleteProperty(client, '_query');
    else Object.defineProperty(client, '_query', own);
    // The end of a process closes its connections, which undoes a transaction whose commit did not arrive.
    if (embedded) await knex.raw('ROLLBACK').catch(() => undefined);
  }
  return count >= statement;
}

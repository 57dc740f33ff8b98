import { openDatabase } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrations.ts';

/** The columns of each table that the migrations make, found by migrating an empty database. */
export async function stateTables(): Promise<ReadonlyMap<string, readonly string[]>> {
  const database = await openDatabase({ url: undefined, file: ':memory:' });
  try {
    await migrate(database);
    const { knex } = database;
    const names: unknown[] = await knex('sqlite_master').whereIn('type', ['table', 'view']).pluck('name');
    const own = names.filter((name) => typeof name === 'string').filter((name) => !isInternal(name));
    const tables = new Map<string, readonly string[]>();
    for (const name of own.sort()) tables.set(name, Object.keys(await knex(name).columnInfo()));
    return tables;
  } finally {
    await database.close();
  }
}

/** Tables that SQLite and the library of migrations keep for themselves. */
function isInternal(name: string): boolean {
  return name.startsWith('sqlite_') || name.startsWith('knex_');
}

import { join } from 'node:path';
import { openDatabase } from '../../../src/database/database.ts';

/** Every row of every table of an embedded state besides the audit log, the last use of keys, and the counters of SQLite. */
export async function stateContents(cwd: string): Promise<Record<string, string[]>> {
  const database = await openDatabase({ file: join(cwd, '.gemini-sync-bridge', 'state.db') });
  try {
    const tables = await database.knex('sqlite_master').where({ type: 'table' }).pluck<string[]>('name');
    const found: Record<string, string[]> = {};
    for (const table of tables.filter((name) => name !== 'audit_events' && !name.startsWith('sqlite_'))) {
      const rows = await database.knex<Record<string, unknown>>(table).select('*');
      found[table] = rows.map((row) => JSON.stringify({ ...row, last_used_at: null })).sort();
    }
    return found;
  } finally {
    await database.close();
  }
}

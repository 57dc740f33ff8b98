import type { Knex } from 'knex';
import { readdir } from 'node:fs/promises';
import { BridgeError } from '../core/errors.ts';
import { packageFile } from '../core/package-file.ts';
import type { Database } from './database.ts';
import { NOT_MIGRATED_HINT } from './state-error-meaning.ts';

const DIRECTORY = packageFile('migrations/');
const MIGRATIONS_TABLE = 'knex_migrations';
/** Any number that no other program uses for `pg_advisory_xact_lock`. */
const MIGRATION_LOCK = 5_136_240_911;

const migrationSource: Knex.MigrationSource<string> = {
  async getMigrations() {
    return (await readdir(DIRECTORY)).filter((name) => name.endsWith('.js')).sort();
  },
  getMigrationName: (name) => name,
  async getMigration(name) {
    const module: unknown = await import(new URL(name, DIRECTORY).href);
    if (!isMigration(module)) throw new TypeError(`migrations/${name} must export up and down.`);
    return module;
  },
};

function isMigration(module: unknown): module is Knex.Migration {
  return typeof module === 'object' && module !== null && 'up' in module && 'down' in module;
}

/**
 * Brings the schema up to date. Several processes may do so at once; the later ones find no migrations left. Runs in one
 * transaction: a process that is killed in the middle changes nothing.
 * @returns the names of the migrations applied, in order.
 * @throws BridgeError STATE_NEWER.
 */
export async function migrate(database: Database): Promise<string[]> {
  return database.knex.transaction(async (transaction) => {
    if (!database.embedded) await transaction.raw('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
    const missing = await missingMigrations(database, transaction);
    if (missing.length > 0) {
      await transaction.migrate.latest({ migrationSource, tableName: MIGRATIONS_TABLE });
    }
    return missing;
  });
}

/** @throws BridgeError STATE_NEWER or STATE_NOT_MIGRATED. */
export async function requireCurrentSchema(database: Database): Promise<void> {
  const missing = await missingMigrations(database, database.knex);
  if (missing.length === 0) return;
  const known = await migrationSource.getMigrations([]);
  const count = `${missing.length} migration${missing.length === 1 ? '' : 's'}`;
  const lacks =
    missing.length === known.length
      ? 'has no tables of this program yet'
      : `lacks ${count}: ${missing.join(', ')}`;
  throw new BridgeError('STATE_NOT_MIGRATED', `The state database ${database.location} ${lacks}.`, {
    hint: NOT_MIGRATED_HINT,
  });
}

/** Names of the migrations that the database lacks, in order. Writes nothing. @throws BridgeError STATE_NEWER. */
async function missingMigrations(database: Database, knex: Knex): Promise<string[]> {
  const known = await migrationSource.getMigrations([]);
  const applied = (await knex.schema.hasTable(MIGRATIONS_TABLE))
    ? await knex(MIGRATIONS_TABLE).orderBy('id').pluck('name')
    : [];
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length > 0) {
    throw new BridgeError(
      'STATE_NEWER',
      `The state database ${database.location} was written by a newer version of this program: it has ${newer.join(', ')}.`,
      { hint: 'Upgrade gemini-sync-bridge here; it never downgrades a schema.' },
    );
  }
  return known.filter((name) => !applied.includes(name));
}

import { existsSync } from 'node:fs';
import type { Database, DatabaseAddress } from '../../database/database.ts';
import { preparedDatabase } from '../../database/prepared-database.ts';
import { withStateErrors } from '../../database/with-state-errors.ts';
import type { Sealed } from '../../core/secrets/managed/cipher.ts';
import { readSecrets, type SecretRows, type StoredSecret } from './secret-rows.ts';
import { sealedCanaryOf } from './tables.ts';

/**
 * Reads stored secrets for a check, which has no open state. It creates and migrates nothing: a file that does not exist, and a
 * schema from before secrets were stored, have none. It records no use.
 */
export function lookUpSecrets(address: DatabaseAddress): SecretRows {
  return {
    read: (names) => looked(address, [], (database) => readSecrets(database, names)),
    noteUse: () => Promise.resolve(),
  };
}

/** The names of all stored secrets, in the same way. @throws BridgeError STATE_* */
export function lookUpSecretNames(address: DatabaseAddress): Promise<string[]> {
  return looked(address, [], ({ knex }) => knex('managed_secrets').pluck('name'));
}

/** All that is stored, for a check of the keys. */
export interface InspectedSecrets {
  readonly secrets: readonly StoredSecret[];
  readonly canaries: readonly Sealed[];
}

/** @throws BridgeError STATE_* */
export function inspectSecrets(address: DatabaseAddress): Promise<InspectedSecrets> {
  return looked<InspectedSecrets>(address, { secrets: [], canaries: [] }, async (database) => ({
    secrets: await readSecrets(database),
    canaries: (await database.knex('managed_secret_keys').orderBy('key_id')).map(sealedCanaryOf),
  }));
}

async function looked<Answer>(
  address: DatabaseAddress,
  none: Answer,
  work: (database: Database) => Promise<Answer>,
): Promise<Answer> {
  if (address.url === undefined && !existsSync(address.file)) return none;
  const database = await preparedDatabase(address, async ({ knex, embedded }) => {
    if (embedded) await knex.raw('PRAGMA query_only = ON');
  });
  try {
    return await withStateErrors(database)(async (on) =>
      (await on.knex.schema.hasTable('managed_secrets')) ? work(on) : none,
    )();
  } finally {
    await database.close();
  }
}

import type { Knex } from 'knex';
import { silentLogger, type Logger } from '../../core/log.ts';
import type { Sealed } from '../../core/secrets/managed/cipher.ts';
import type { KeyRing } from '../../core/secrets/managed/key-ring.ts';
import type { Database } from '../../database/database.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { auditedChange, type RecordEvent } from '../audit/audited-change.ts';
import { rotateSecrets } from './rotate.ts';
import { setSecret, type Authorship, type SecretChange } from './set-secret.ts';
import { noteSecretUse, readSecrets, textsIn, type SecretRows } from './secret-rows.ts';
import { sealedCanaryOf, type ManagedSecretTable } from './tables.ts';

/** What is stored of a secret besides its value. Times are ISO 8601, UTC. */
export interface SecretRecord {
  readonly name: string;
  /** The id of the key that it is encrypted with. */
  readonly keyId: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  /** Rounded to the hour; null: never. */
  readonly lastUsedAt: string | null;
  /** Host patterns; empty: no restriction in runs, and no host in previews. */
  readonly allowedHosts: readonly string[];
  /** Names of connectors; empty: no restriction in runs, and no connector in previews. */
  readonly allowedConnectors: readonly string[];
  readonly note: string;
}

/** The managed secrets of a state. Every method: @throws BridgeError STATE_* */
export interface SecretStore extends SecretRows {
  /** By name, without values. */
  list(): Promise<SecretRecord[]>;
  /** The canary of each key that was ever used. */
  canaries(): Promise<Sealed[]>;
  /** @throws BridgeError SECRETS_KEY_WRONG, SECRET_UNREADABLE, SECRET_VALUE_INVALID or what `keys` throws */
  set(change: SecretChange, by: Authorship): Promise<'created' | 'changed'>;
  /** @returns whether it existed */
  delete(name: string, by: Authorship): Promise<boolean>;
  /**
   * Encrypts every secret with the current key, or changes nothing.
   * @returns how many were encrypted with another key before
   * @throws BridgeError SECRETS_KEY_WRONG, SECRET_UNREADABLE naming those that cannot be read
   */
  rotate(ring: KeyRing, by: Authorship): Promise<number>;
}

/** @param log gets a line for each event of the audit log */
export function openSecretStore(
  database: Pick<ServerDatabase, 'guarded'>,
  log: Pick<Logger, 'info'> = silentLogger,
): SecretStore {
  const changing = <Answer>(work: Changing<Answer>) => database.guarded((on) => inOneChange(on, log, work));
  return {
    read: (names) => database.guarded((on) => readSecrets(on, names)),
    noteUse: (names, now) => database.guarded((on) => noteSecretUse(on, names, now)),
    list: () =>
      database.guarded(async ({ knex }) =>
        (
          await knex('managed_secrets')
            .select(...RECORD_COLUMNS)
            .orderBy('name')
        ).map(recordOf),
      ),
    canaries: () =>
      database.guarded(async ({ knex }) =>
        (await knex('managed_secret_keys').orderBy('key_id')).map(sealedCanaryOf),
      ),
    set: (change, by) => changing((transaction, record) => setSecret(transaction, record, change, by)),
    delete: (name, { actor, now }) =>
      changing(async (transaction, record) => {
        const deleted = await transaction('managed_secrets').where({ name }).delete();
        if (deleted === 0) return false;
        const object = { kind: 'secret', name };
        await record({ actor, action: 'secret.delete', object, outcome: 'ok' }, now);
        return true;
      }),
    rotate: (ring, by) => changing((transaction, record) => rotateSecrets(transaction, record, ring, by)),
  };
}

type Changing<Answer> = (transaction: Knex.Transaction, record: RecordEvent) => Promise<Answer>;

/**
 * A transaction that no other change of secrets can come between. SQLite has one writer at a time; in Postgres the others wait
 * for the lock, while reading goes on.
 */
function inOneChange<Answer>(
  { knex, dialect }: Database,
  log: Pick<Logger, 'info'>,
  work: Changing<Answer>,
): Promise<Answer> {
  return auditedChange(knex, log, async (transaction, record) => {
    if (dialect.rowLocks) await transaction.raw('lock table managed_secrets in share row exclusive mode');
    return work(transaction, record);
  });
}

const RECORD_COLUMNS = [
  'name',
  'key_id',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
  'last_used_at',
  'allowed_hosts',
  'allowed_connectors',
  'note',
] as const;

function recordOf(row: Pick<ManagedSecretTable, (typeof RECORD_COLUMNS)[number]>): SecretRecord {
  return {
    name: row.name,
    keyId: row.key_id,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
    lastUsedAt: row.last_used_at,
    allowedHosts: textsIn(row.allowed_hosts) ?? [],
    allowedConnectors: textsIn(row.allowed_connectors) ?? [],
    note: row.note,
  };
}

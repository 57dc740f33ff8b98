import type { AuditActor, AuditEvent } from '../../core/access/audit-log.ts';
import { silentLogger, type Logger } from '../../core/log.ts';
import type { AccessKey } from '../../core/secrets/access-key.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { auditedChange } from '../audit/audited-change.ts';
import type { AccessKeyTable } from '../tables.ts';

/** The access keys of the server. Creating and revoking one is in the audit log. Every method: @throws BridgeError STATE_* */
export interface AccessKeys {
  /** The current time by the clock of the database, which decides when a key expires. */
  now(): Promise<Date>;
  add(key: AccessKey, by: AuditActor): Promise<void>;
  /** Adds a key if none was ever added. If several servers start together, one of them adds it. @returns whether it did */
  addFirst(key: AccessKey, by: AuditActor): Promise<boolean>;
  /** Like `find`, and also tells whether the key has expired by the clock of the database. */
  look(id: string): Promise<{ readonly key: AccessKey; readonly isExpired: boolean } | undefined>;
  /** Also returns a key that was revoked or has expired. */
  find(id: string): Promise<AccessKey | undefined>;
  /** Whether a key was ever added. */
  any(): Promise<boolean>;
  /** Lists all keys, newest first. */
  list(): Promise<AccessKey[]>;
  /**
   * Revokes a key permanently; a key that was revoked before keeps its time. @returns the key as it is now, undefined if it does
   * not exist
   */
  revoke(id: string, now: Date, by: AuditActor): Promise<AccessKey | undefined>;
  noteUse(id: string, now: Date): Promise<void>;
}

function clockOf(database: ServerDatabase): Promise<Date> {
  return database.guarded(async ({ knex, dialect }) => {
    const row = await knex
      .select<{ now: number | string }[]>(knex.raw(`${dialect.clockMs} as now`))
      .first<{ now: number | string } | undefined>();
    return new Date(Number(row?.now));
  });
}

/** @param log gets a line for each event of the audit log */
export function openAccessKeys(
  database: ServerDatabase,
  log: Pick<Logger, 'info'> = silentLogger,
): AccessKeys {
  const find = (id: string) =>
    database.guarded(async ({ knex }) => {
      const row = await knex('access_keys').where({ id }).first();
      return row === undefined ? undefined : keyOf(row);
    });
  return {
    find,
    now: () => clockOf(database),
    look: (id) =>
      database.guarded(async ({ knex, dialect }) => {
        const row = await knex('access_keys').where({ id }).first();
        if (row === undefined) return undefined;
        const expired = await knex('access_keys')
          .where({ id })
          .where('expires_at', '<=', knex.raw(dialect.clockText(0)))
          .first('id');
        return { key: keyOf(row), isExpired: expired !== undefined };
      }),
    async addFirst(key, by) {
      const event = eventOf('key.create', key, by);
      return database.guarded(({ knex, dialect }) =>
        auditedChange(knex, log, async (transaction, record) => {
          // SQLite has one writer at a time; in Postgres the others wait here for the first one.
          if (dialect.rowLocks) await transaction.raw('lock table access_keys in share row exclusive mode');
          if ((await transaction('access_keys').first('id')) !== undefined) return false;
          await transaction('access_keys').insert(rowOf(key));
          await record(event, new Date(key.createdAt));
          return true;
        }),
      );
    },
    async add(key, by) {
      const event = eventOf('key.create', key, by);
      await database.guarded(({ knex }) =>
        auditedChange(knex, log, async (transaction, record) => {
          await transaction('access_keys').insert(rowOf(key));
          await record(event, new Date(key.createdAt));
        }),
      );
    },
    any: () => database.guarded(async ({ knex }) => (await knex('access_keys').first('id')) !== undefined),
    list: () =>
      database.guarded(async ({ knex }) => {
        const rows = await knex('access_keys').orderBy([{ column: 'created_at', order: 'desc' }, 'id']);
        return rows.map(keyOf);
      }),
    async revoke(id, now, by) {
      await database.guarded(({ knex }) =>
        auditedChange(knex, log, async (transaction, record) => {
          const active = transaction('access_keys').where({ id }).whereNull('revoked_at');
          if ((await active.update({ revoked_at: now.toISOString() })) === 0) return;
          const row = await transaction('access_keys').where({ id }).first();
          if (row !== undefined) await record(eventOf('key.revoke', keyOf(row), by), now);
        }),
      );
      return find(id);
    },
    noteUse: (id, now) =>
      database.guarded(async ({ knex }) => {
        await knex('access_keys').where({ id }).update({ last_used_at: now.toISOString() });
      }),
  };
}

function eventOf(action: 'key.create' | 'key.revoke', key: AccessKey, actor: AuditActor): AuditEvent {
  const { id, name, right, connectorId, expiresAt } = key;
  const details = { name, right, connector: connectorId, expires_at: expiresAt };
  return { actor, action, object: { kind: 'key', name: id }, outcome: 'ok', details };
}

function keyOf(row: AccessKeyTable): AccessKey {
  return {
    id: row.id,
    name: row.name,
    right: row.rights,
    connectorId: row.connector_id,
    hash: row.hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}

function rowOf(key: AccessKey): AccessKeyTable {
  return {
    id: key.id,
    name: key.name,
    rights: key.right,
    connector_id: key.connectorId,
    hash: key.hash,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    last_used_at: key.lastUsedAt,
  };
}

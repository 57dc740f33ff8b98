import type { Knex } from 'knex';
import type { Dialect } from '../../database/dialect.ts';
import type { NewPushBatch } from './batch.ts';
import { storePushInPostgres } from './postgres.ts';
import { storePushInSqlite } from './sqlite.ts';

/**
 * Stores a batch with its events, completely and durably.
 * @returns false, having stored nothing, if its key is already used
 */
export function storePush(
  { engine }: Pick<Dialect, 'engine'>,
  knex: Knex,
  batch: NewPushBatch,
): Promise<boolean> {
  return engine === 'postgres' ? storePushInPostgres(knex, batch) : storePushInSqlite(knex, batch);
}

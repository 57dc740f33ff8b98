import type { Dialect } from '../../database/dialect.ts';
import type { RecordQueries } from './records/record-queries.ts';
import { postgresRecords } from './records/records-postgres.ts';
import { sqliteRecords } from './records/records-sqlite.ts';

export function recordQueries({ engine }: Pick<Dialect, 'engine'>): RecordQueries {
  return engine === 'postgres' ? postgresRecords : sqliteRecords;
}

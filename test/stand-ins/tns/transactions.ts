import type { TnsSession } from './answer.ts';

/** The statement with which thin clients learn the database's time zone, if the server has not told them. */
const TIME_ZONE_QUERY = /^select\s+dbtimezone\s+from\s+dual$/i;

export const TIME_ZONE = '+00:00';

export function asksForTimeZone(sql: string): boolean {
  return TIME_ZONE_QUERY.test(sql);
}

/**
 * What a statement makes of the transaction, if it is one that the session carries out by itself: SET TRANSACTION, COMMIT,
 * ROLLBACK and ALTER SESSION.
 */
export function ownStatement(
  sql: string,
  before: TnsSession['transaction'],
): TnsSession['transaction'] | undefined {
  if (/^set\s+transaction\s+read\s+only$/i.test(sql)) return 'read only';
  if (/^set\s+transaction\s+read\s+write$/i.test(sql)) return 'read write';
  if (/^set\s+transaction\s+isolation\s+level\s+serializable$/i.test(sql)) return 'serializable';
  if (/^(?:commit|rollback)(?:\s+work)?$/i.test(sql)) return 'none';
  return /^alter\s+session\s+set\s/i.test(sql) ? before : undefined;
}

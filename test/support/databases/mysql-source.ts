import { systemClock, type Clock } from '../../../src/core/time/clock.ts';
import type { SqlSourceSpec } from '../../../src/definitions/connector/types.ts';
import { mysqlEngine } from '../../../src/sources/mysql/engine.ts';
import { SqlSource } from '../../../src/sources/sql/source.ts';
import { readAll, type Listing } from '../files/read-rows.ts';

type SourceOptions = Partial<Omit<SqlSourceSpec, 'type' | 'query'>>;

export function mysqlSource(
  url: string,
  query: string,
  options: SourceOptions = {},
  clock: Pick<Clock, 'now'> = systemClock,
): SqlSource {
  const spec = { type: 'mysql', secretRef: 'test-db', query, ...options } as const;
  return new SqlSource(spec, mysqlEngine(spec, url), clock);
}

/** Reads a query to its end. */
export function listMysql(
  url: string,
  query: string,
  options: SourceOptions = {},
  checkpoint?: string,
): Promise<Listing> {
  return readAll(mysqlSource(url, query, options), checkpoint);
}

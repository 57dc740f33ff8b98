import type { SqlSourceSpec } from '../../../src/definitions/connector/types.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { PostgresSource } from '../../../src/sources/postgres/source.ts';
import { systemClock, type Clock } from '../../../src/core/time/clock.ts';
import { readAll, type Listing } from '../files/read-rows.ts';

export type SourceOptions = Partial<Omit<SqlSourceSpec, 'type' | 'query'>>;

export function postgresSource(
  url: string,
  query: string,
  options: SourceOptions = {},
  clock: Pick<Clock, 'now'> = systemClock,
  ids = ['id'],
): PostgresSource {
  const spec = { type: 'postgres', secretRef: 'test-db', query, ...options } as const;
  return new PostgresSource(spec, url, ids, clock);
}

/** Reads a query to its end. */
export async function listQuery(
  url: string,
  query: string,
  options: SourceOptions = {},
  checkpoint?: string,
): Promise<Listing> {
  return await readAll(postgresSource(url, query, options), checkpoint);
}

/** The error that reading ends with, which must be one of ours. */
export async function failureOf(reading: () => Promise<unknown>): Promise<BridgeError> {
  try {
    await reading();
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('Reading was expected to fail.');
}

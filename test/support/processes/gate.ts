import pg from 'pg';
import { eventually } from '../eventually.ts';
import type { TestPostgres } from '../databases/postgres.ts';

const LOCK = 42;

/** A query over the table of people that stops before its twentieth row for as long as the gate is closed. */
export const GATED_QUERY = `SELECT id, name, team,
  CASE WHEN id = 20 THEN pg_advisory_xact_lock_shared(${LOCK})::text END AS gate FROM people`;

/** Holds a run in the middle of its extract, for as long as a test needs, on a machine of any speed. */
export interface Gate {
  /** Waits until a run has reached it. */
  reached(): Promise<void>;
  /** Whether a query is waiting for it now. */
  isWaitedFor(): Promise<boolean>;
  /** Lets all runs through; may be called twice, and when the server is gone. */
  open(): Promise<void>;
}

export async function closeGate(server: TestPostgres): Promise<Gate> {
  const client = new pg.Client(server.url());
  // A test may stop the server.
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`SELECT pg_advisory_lock(${LOCK})`);
  const isWaitedFor = async () => {
    const waiting = await server.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
    return waiting.length > 0;
  };
  return {
    isWaitedFor,
    reached: () => eventually('a run waits at the gate', isWaitedFor),
    open: () => client.end().catch(() => undefined),
  };
}

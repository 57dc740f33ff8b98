import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROW_BYTES_MAX } from '../../../src/core/limits.ts';
import { growth } from '../../support/memory/growth.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { postgresSource } from '../../support/databases/postgres-source.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

const MIB = 1_048_576;

describe('memory', () => {
  test('does not grow with the number of wide rows', async () => {
    const query = (rows: number) =>
      `SELECT i AS id, repeat('x', ${8 * MIB}) AS wide FROM generate_series(1, ${rows}) AS i`;
    const { rows, bytes, grownMib } = await growth('postgres', postgres.url(), query(60));
    expect(rows).toBe(60);
    expect(bytes).toBeGreaterThan(60 * 8 * MIB);
    // Two buffers of at most a batch and a row, once more while one grows: 480 MiB of rows would be seen.
    expect(grownMib).toBeLessThan(150);
  });

  test('of two connections is at most twice that, and does not grow with the number of wide rows', async () => {
    const { rows, grownMib } = await growth(
      'postgres-twice',
      postgres.url(),
      `SELECT i AS id, repeat('x', ${8 * MIB}) AS wide FROM generate_series(1, 60) AS i`,
    );
    expect(rows).toBe(60);
    expect(grownMib).toBeLessThan(300);
  });

  test('does not grow with the number of narrow rows', async () => {
    const { rows, grownMib } = await growth(
      'postgres',
      postgres.url(),
      `SELECT generate_series(1, 400000) AS id, repeat('x', 600) AS text`,
    );
    expect(rows).toBe(400_000);
    expect(grownMib).toBeLessThan(100);
  });

  test('is spared by making the server wait while the consumer is slow', async () => {
    const source = postgresSource(
      postgres.url(),
      `SELECT generate_series(1, 1000000000) AS id, repeat('x', 1000) AS pad`,
    );
    const batches = source.read(undefined, new AbortController().signal)[Symbol.asyncIterator]();
    await batches.next();
    // Nothing is asked for now, so what the server sends can only fill what is limited: it will have to wait.
    for (let waiting = 0; waiting < 20;) {
      const [row] = await postgres.query(
        `SELECT wait_event FROM pg_stat_activity WHERE application_name = 'gemini-sync-bridge'`,
      );
      waiting = row?.['wait_event'] === 'ClientWrite' ? waiting + 1 : 0;
    }
    expect((await batches.next()).done).toBe(false);
    await batches.return(undefined);
  });

  test('is not given to a row over the limit: it is marked, and the rows after it are whole', async () => {
    const source = postgresSource(
      postgres.url(),
      `SELECT i AS id, repeat('x', CASE i WHEN 3 THEN ${2 * ROW_BYTES_MAX} ELSE 10 END) AS text
       FROM generate_series(1, 5) AS i`,
    );
    const lengths: number[] = [];
    for await (const batch of source.read(undefined, new AbortController().signal)) {
      for (let row = 0; row < batch.count; row++) {
        const start = batch.starts[row]!;
        const id = batch.bytes.toString('utf8', start + 4, start + 5);
        expect(id).toBe(String(lengths.length + 1));
        expect(batch.oversized.includes(row)).toBe(id === '3');
        lengths.push(batch.ends[row]! - start);
      }
    }
    expect(lengths).toEqual([19, 19, ROW_BYTES_MAX, 19, 19]);
  });
});

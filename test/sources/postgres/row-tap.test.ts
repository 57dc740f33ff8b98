import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BATCH_BYTES_MAX, ROW_BYTES_MAX } from '../../../src/core/limits.ts';
import { BATCH_ROWS_MAX } from '../../../src/sources/limits.ts';
import type { RowBatch } from '../../../src/pipeline/ports/ports.ts';
import { PostgresRowTap } from '../../../src/sources/postgres/row-tap.ts';
import { RowBatcher } from '../../../src/sources/row-batcher.ts';

const DATA_ROW = 'D';

function message(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(5, type, 'latin1');
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

/** A row as it is in a batch: per column its length and its text. */
function rowBytes(values: readonly (Uint8Array | null)[]): Buffer {
  const parts = values.map((value) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : value.length);
    return Buffer.concat([length, value ?? Buffer.alloc(0)]);
  });
  return Buffer.concat(parts);
}

function dataRow(row: Buffer): Buffer {
  return message(DATA_ROW, Buffer.concat([Buffer.from([0, 1]), row]));
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((place, index) => bytes.subarray(place, places[index] ?? bytes.length));
}

/** Feeds the tap as the socket does: what it leaves is given again once there is room. */
async function listThrough(chunks: readonly Buffer[]) {
  const passedOn: Buffer[] = [];
  const tap = new PostgresRowTap((bytes) => passedOn.push(bytes));
  const rows = new RowBatcher();
  tap.rows = rows;
  const waiting = [...chunks];
  let stops = 0;
  const feed = () => {
    for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) {
      const used = tap.accept(chunk);
      if (used < chunk.length) {
        stops += 1;
        waiting.unshift(chunk.subarray(used));
        return;
      }
    }
    rows.end();
  };
  rows.onDrain = feed;
  feed();
  const listed: Buffer[] = [];
  const batches: Pick<RowBatch, 'count' | 'oversized'>[] = [];
  for await (const batch of rows.batches([], () => ({ checkpoint: undefined, truncated: false }))) {
    batches.push({ count: batch.count, oversized: [...batch.oversized] });
    for (let row = 0; row < batch.count; row++) {
      listed.push(Buffer.from(batch.bytes.subarray(batch.starts[row], batch.ends[row])));
    }
    // The consumer takes its time, in which a source must not touch what it handed out.
    await Promise.resolve();
  }
  return { listed, batches, stops, passedOn: Buffer.concat(passedOn) };
}

const value = fc.option(fc.uint8Array({ maxLength: 40 }));
const anyRow = fc.array(value, { maxLength: 4 }).map(rowBytes);
const other = fc
  .tuple(fc.constantFrom('N', 'S', 'C', 's', 'Z', 'T', '2'), fc.uint8Array({ maxLength: 30 }))
  .map(([type, body]) => ({ type, body: Buffer.from(body) }));

describe('the rows in what a server sends', () => {
  test('are taken out, and all else passes on, wherever the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 3, arbitrary: anyRow }, other), { maxLength: 60 }),
        fc.array(fc.nat(5_000), { maxLength: 40 }),
        async (messages, cuts) => {
          const rows = messages.filter((one) => one instanceof Uint8Array);
          const others = messages.flatMap((one) =>
            one instanceof Uint8Array ? [] : [message(one.type, one.body)],
          );
          const stream = Buffer.concat(
            messages.map((one) => (one instanceof Uint8Array ? dataRow(one) : message(one.type, one.body))),
          );
          const { listed, passedOn } = await listThrough(cut(stream, cuts));
          expect(listed).toEqual(rows);
          expect(passedOn).toEqual(Buffer.concat(others));
        },
      ),
    );
  });

  test('wait for room when the batches are full, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 4 * BATCH_ROWS_MAX + 3 }),
        fc.integer({ min: 1, max: 70_000 }),
        async (count, chunkBytes) => {
          const rows = Array.from({ length: count }, (_, index) => rowBytes([Buffer.from(String(index))]));
          const stream = Buffer.concat([...rows.map(dataRow), message('C', Buffer.from('SELECT\0'))]);
          const chunks = Array.from({ length: Math.ceil(stream.length / chunkBytes) }, (_, index) =>
            stream.subarray(index * chunkBytes, (index + 1) * chunkBytes),
          );
          const { listed, batches, stops, passedOn } = await listThrough(chunks);
          expect(Buffer.concat(listed).equals(Buffer.concat(rows))).toBe(true);
          expect(Math.max(...batches.map((batch) => batch.count))).toBeLessThanOrEqual(BATCH_ROWS_MAX);
          expect(stops > 0).toBe(count > 2 * BATCH_ROWS_MAX);
          expect(passedOn.length).toBe(12);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('make smaller batches when they are wide', async () => {
    const wide = rowBytes([Buffer.alloc(BATCH_BYTES_MAX / 2, 'w')]);
    const { listed, batches } = await listThrough(Array.from({ length: 7 }, () => dataRow(wide)));
    expect(listed.every((row) => row.equals(wide))).toBe(true);
    expect(listed).toHaveLength(7);
    for (const { count } of batches) expect(count).toBeLessThanOrEqual(2);
  });

  test('stop at the limit for one row, which is marked; its neighbours are whole', async () => {
    const small = rowBytes([Buffer.from('small')]);
    const exact = rowBytes([Buffer.alloc(ROW_BYTES_MAX - 4, 'e')]);
    const large = rowBytes([Buffer.alloc(ROW_BYTES_MAX - 3, 'l')]);
    const larger = rowBytes([Buffer.alloc(2 * ROW_BYTES_MAX, 'm')]);
    const rows = [small, large, small, exact, larger, small];
    const { listed, batches } = await listThrough(
      cut(Buffer.concat(rows.map(dataRow)), [9, 50_000_000, 70_000_000]),
    );
    expect(listed.map((row) => row.length)).toEqual([
      small.length,
      ROW_BYTES_MAX,
      small.length,
      ROW_BYTES_MAX,
      ROW_BYTES_MAX,
      small.length,
    ]);
    expect([0, 2, 5].every((index) => listed[index]!.equals(small))).toBe(true);
    expect(listed[3]!.equals(exact)).toBe(true);
    let first = 0;
    const marked = batches.flatMap(({ count, oversized }) => {
      const places = oversized.map((place) => first + place);
      first += count;
      return places;
    });
    expect(marked).toEqual([1, 4]);
  });

  test('are passed on as copies, like everything else, when they were not requested', () => {
    const passedOn: Buffer[] = [];
    const tap = new PostgresRowTap((bytes) => passedOn.push(bytes));
    const stream = Buffer.concat([dataRow(rowBytes([Buffer.from('1')])), message('Z', Buffer.from('T'))]);
    const chunk = Buffer.from(stream);
    expect(tap.accept(chunk)).toBe(stream.length);
    // As the socket does, which has one buffer for all that it receives.
    chunk.fill(0);
    expect(Buffer.concat(passedOn)).toEqual(stream);
  });
});

describe('a batcher', () => {
  test('fails at once with what it was told, and only the first time counts', async () => {
    const rows = new RowBatcher();
    const reading = rows.batches([], () => ({ checkpoint: undefined, truncated: false })).next();
    rows.fail(new Error('first'));
    rows.fail(new Error('second'));
    await expect(reading).rejects.toThrow('first');
  });

  test('ends with its last full batch when the end is known by then', async () => {
    const rows = new RowBatcher();
    for (let row = 0; row < BATCH_ROWS_MAX; row++) {
      rows.startRow(0);
      rows.endRow();
    }
    rows.end();
    const counts: [number, boolean][] = [];
    for await (const { count, end } of rows.batches([], () => ({ checkpoint: '7', truncated: false }))) {
      counts.push([count, end?.checkpoint === '7']);
    }
    expect(counts).toEqual([[BATCH_ROWS_MAX, true]]);
  });
});

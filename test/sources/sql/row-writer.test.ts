import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ROW_BYTES_MAX } from '../../../src/core/limits.ts';
import { RowBatcher } from '../../../src/sources/row-batcher.ts';
import { RowWriter } from '../../../src/sources/sql/row-writer.ts';

type Write = (out: RowWriter, text: string) => void;

const asText: Write = (out, text) => {
  out.text(text);
};
const asBytes: Write = (out, text) => {
  out.value(Buffer.from(text));
};

/** One row of these values, and what is kept of its first as a watermark. */
async function written(values: readonly string[], write: Write) {
  const rows = new RowBatcher();
  const out = new RowWriter(rows, { index: 0, kind: 'decimal', ceiling: undefined });
  out.startRow();
  for (const value of values) write(out, value);
  out.endRow();
  rows.end();
  const batches: { row: Buffer; digest: string; oversized: number[] }[] = [];
  for await (const { bytes, starts, ends, oversized } of rows.batches([], () => ({
    checkpoint: out.highest,
    truncated: false,
  }))) {
    const row = Buffer.from(bytes.subarray(starts[0], ends[0]));
    batches.push({ row, digest: createHash('sha256').update(row).digest('hex'), oversized: [...oversized] });
  }
  return { batches, highest: out.highest };
}

test('A text is written as its UTF-8 bytes are, whatever it holds', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('é', '\0') }));
  await fc.assert(
    fc.asyncProperty(fc.array(text), async (texts) => {
      const values = ['12.5', ...texts];
      const [one, other] = [await written(values, asText), await written(values, asBytes)];
      expect(one.batches[0]?.digest).toBe(other.batches[0]?.digest);
      expect(one.highest).toBe(other.highest);
    }),
  );
});

test('Halves of surrogate pairs stay different values, which no reader takes for UTF-8', async () => {
  const halves = ['a\ud83d', 'a\ud83e', 'a\udc00b', '\ud83d\ud83d\ude00'];
  const rows = await Promise.all(halves.map((half) => written([half], asText)));
  expect(new Set(rows.map(({ batches }) => batches[0]?.digest)).size).toBe(halves.length);
  expect(rows.map(({ batches }) => isUtf8(batches[0]?.row.subarray(4) ?? Buffer.alloc(0)))).toEqual(
    halves.map(() => false),
  );
  expect(rows[3]?.batches[0]?.row.subarray(4)).toEqual(Buffer.from('eda0bdf09f9880', 'hex'));
});

test.each([
  ['short', 16_384],
  ['one longer', 16_385],
  ['larger than the first buffer', 3_000_000],
])('A text of many bytes a character is whole: %s', async (_name, length) => {
  const text = '漢'.repeat(length);
  const [batch] = (await written(['1', text, 'last'], asText)).batches;
  expect(batch?.oversized).toEqual([]);
  expect(batch?.row.includes(text)).toBe(true);
  expect(batch?.row.subarray(-4).toString()).toBe('last');
});

// Four bytes of length precede each value, and the first byte is separate.
test.each([ROW_BYTES_MAX - 20, ROW_BYTES_MAX - 14, ROW_BYTES_MAX])(
  'A row is cut at the limit and marked, after a text of %i bytes as well',
  async (length) => {
    const values = ['1', 'x'.repeat(length), 'short', 'short'];
    const [batch] = (await written(values, asText)).batches;
    const [expected] = (await written(values, asBytes)).batches;
    expect(batch?.digest).toBe(expected?.digest);
    expect(batch?.row.length).toBe(ROW_BYTES_MAX);
    expect(batch?.oversized).toEqual([0]);
  },
);

describe('RowWriter', () => {
  test('keeps watermarks after the ceiling out of the checkpoint and counts their rows', () => {
    const ceiling = '2024-01-01 00:00:00+00';
    const out = new RowWriter(new RowBatcher(), { index: 0, kind: 'timestamptz', ceiling });
    for (const day of ['2023-12-30', '2206-01-01', '2023-12-31', '2150-01-01', '2023-12-29']) {
      out.startRow();
      out.text(`${day} 00:00:00+00`);
      out.endRow();
    }
    expect(out.highest).toBe('2023-12-31 00:00:00+00');
    expect(out.ahead).toEqual({ rows: 2, highest: '2206-01-01 00:00:00+00' });
  });
});

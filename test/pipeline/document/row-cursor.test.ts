import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { text } from '../../support/pipeline/arbitrary.ts';
import { batchOf, type WireRow } from '../../support/pipeline/rows-source.ts';

const columnsFor = (count: number): Column[] =>
  Array.from({ length: count }, (_, at) => ({ name: `c${at}`, kind: 'text' }));

function read(cursor: RowCursor, count: number): WireRow {
  return Array.from({ length: count }, (_, column) => {
    if (cursor.isAbsent(column)) return undefined;
    return cursor.isNull(column) ? null : cursor.text(column);
  });
}

describe('RowCursor', () => {
  it('reads back every row of a batch, in any order', () => {
    const value = fc.oneof(text, fc.constantFrom(null, undefined));
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((count) => fc.array(fc.array(value, { minLength: count, maxLength: count }), { minLength: 1 }));
    fc.assert(
      fc.property(table, fc.boolean(), (rows, backwards) => {
        const count = rows[0]?.length ?? 0;
        const cursor = new RowCursor(count);
        const batch = batchOf(columnsFor(count), rows);
        const order = rows.map((row, index) => ({ row, index }));
        for (const { row, index } of backwards ? order.reverse() : order) {
          cursor.load(batch, index);
          expect(read(cursor, count)).toEqual(row);
        }
      }),
    );
  });

  it('takes for absent what is not whole in a row that was cut off anywhere, and reads nothing of the next row', () => {
    const rows = [
      ['one', null, 'three'],
      ['next', 'next', 'next'],
    ];
    const batch = batchOf(columnsFor(3), rows);
    const whole = batch.ends[0] ?? 0;
    const cursor = new RowCursor(3);
    const lengths = [4 + 3, 4, 4 + 5];
    for (let cut = 0; cut <= whole; cut++) {
      cursor.load({ ...batch, ends: Uint32Array.of(cut, 0) }, 0);
      let end = 0;
      const expected = rows[0]?.map((value, column) => {
        end += lengths[column] ?? 0;
        return end <= cut ? value : undefined;
      });
      expect(read(cursor, 3)).toEqual(expected);
    }
  });

  it('gives no text for NULL and for an absent value', () => {
    const cursor = new RowCursor(3);
    cursor.load(batchOf(columnsFor(3), [[null, undefined, '']]), 0);
    expect([0, 1, 2].map((column) => cursor.text(column))).toEqual(['', '', '']);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { TextColumns } from '../../../src/pipeline/document/text-columns.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';
import { batchOf, type WireValue } from '../../support/pipeline/rows-source.ts';

const COLUMNS: readonly Column[] = ['id', 'title', 'unused'].map((name) => ({ name, kind: 'text' }));
const NOT_UTF8 = Buffer.from([0x61, 0xff]);

function problem(values: readonly WireValue[], line: Buffer) {
  const row = new RowCursor(COLUMNS.length);
  row.load(batchOf(COLUMNS, [values]), 0);
  return new TextColumns(mappingOf(), COLUMNS).problem(row, line);
}

describe('a line that is not UTF-8', () => {
  test('is refused for the field that is not', () => {
    expect(problem(['1', NOT_UTF8, 'x'], NOT_UTF8)).toEqual({
      code: 'INVALID_UTF8',
      reason: 'its field "title" holds text that is not UTF-8',
    });
  });

  test('is refused even when each field that it is made of is UTF-8', () => {
    expect(problem(['1', null, NOT_UTF8], NOT_UTF8)).toEqual({
      code: 'INVALID_UTF8',
      reason: 'it holds text that is not UTF-8',
    });
  });
});

test('a line that is UTF-8 is fine, whatever a field holds that nothing names', () => {
  expect(problem(['1', 'T', NOT_UTF8], Buffer.from('{"title":"T"}'))).toBeUndefined();
});

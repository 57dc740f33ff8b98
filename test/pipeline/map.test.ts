import { describe, expect, test } from '@jest/globals';
import { RowMapper } from '../../src/pipeline/map.ts';
import type { Column, RowBatch } from '../../src/pipeline/ports/ports.ts';
import { mappingOf } from '../support/pipeline/mapping.ts';
import { batchOf } from '../support/pipeline/rows-source.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'title', kind: 'text' },
];
const ROWS = [
  ['1', 'one'],
  [null, 'two'],
];

const rejectedOf = (batch: RowBatch) =>
  new RowMapper(mappingOf(), COLUMNS).identify({ batch, firstRow: 11 }, [0, 1]).rejected;

describe('a row that is set aside for having no id', () => {
  test('has its number in the listing and its place when the source tells places', () => {
    const batch = {
      ...batchOf(COLUMNS, ROWS),
      placeOf: (row: number) => ({ file: 'people.csv', line: row + 2 }),
    };
    expect(rejectedOf(batch)).toMatchObject([
      {
        row: 12,
        place: { file: 'people.csv', line: 3 },
        docId: undefined,
        rejection: { code: 'ID_MISSING' },
      },
    ]);
  });

  test('has its number alone when the source tells none', () => {
    expect(rejectedOf(batchOf(COLUMNS, ROWS))).toMatchObject([{ row: 12, place: undefined }]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { JsonColumns } from '../../../src/pipeline/json/json-columns.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { batchOf } from '../../support/pipeline/rows-source.ts';

const COLUMNS: readonly Column[] = [{ name: 'data', kind: 'array', element: 'json' }];
const HALF = String.raw`"\"\\ud83d\""`;
const WHOLE = String.raw`"\"\\ud83d\\ude00\""`;

function problem(literal: string) {
  const row = new RowCursor(COLUMNS.length);
  row.load(batchOf(COLUMNS, [[literal]]), 0);
  return new JsonColumns(COLUMNS, [0]).problem(row);
}

describe('an array of JSON', () => {
  test.each([`{${HALF}}`, `{NULL,${HALF}}`, `{{${WHOLE}},{${HALF}}}`])(
    'is refused for half of a surrogate pair in %s',
    (literal) => {
      expect(problem(literal)).toEqual({
        code: 'INVALID_UTF8',
        reason: 'its field "data" holds half of a surrogate pair, which is not a character',
      });
    },
  );

  test.each([`{${WHOLE},NULL}`, `{{${WHOLE}},{NULL}}`])('may hold NULL and lists, as in %s', (literal) => {
    expect(problem(literal)).toBeUndefined();
  });
});

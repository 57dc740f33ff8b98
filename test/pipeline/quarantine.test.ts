import { describe, expect, it } from '@jest/globals';
import { QUARANTINE_FIELD_BYTES_MAX } from '../../src/pipeline/limits.ts';
import type { Column } from '../../src/pipeline/ports/ports.ts';
import {
  describe as words,
  fieldsToFind,
  Quarantine,
  quarantineLine,
} from '../../src/pipeline/quarantine.ts';
import { RowCursor } from '../../src/pipeline/document/row-cursor.ts';
import { Tally } from '../../src/pipeline/counts/tally.ts';
import { batchOf, type WireRow } from '../support/pipeline/rows-source.ts';

const LIMITS = { maxCount: 10, maxRatio: 0.5, maxConsecutive: 3 };
const row = (number: number, docId?: string, code: 'ACL_EMPTY' | 'ROW_TOO_LARGE' = 'ACL_EMPTY') => ({
  row: number,
  docId,
  rejection: { code, reason: 'why' },
  fields: {},
});

describe('the quarantine', () => {
  it('counts the rows and keeps a few examples', () => {
    const tally = new Tally();
    const quarantine = new Quarantine(LIMITS, tally);
    for (const number of [1, 3, 5, 7, 9, 11])
      quarantine.add(row(number, number === 1 ? undefined : `hr:${number}`));
    expect(tally.quarantined).toBe(6);
    expect(tally.samples.quarantined).toHaveLength(5);
    expect(tally.samples.quarantined.slice(0, 2)).toEqual([
      'row 1: ACL_EMPTY, why',
      'hr:3 (row 3): ACL_EMPTY, why',
    ]);
  });

  it.each([
    [{ file: 'a.csv', line: 4 }, 'hr:7', 'hr:7 (a.csv, line 4, row 7)'],
    [{ page: 2, record: 3 }, undefined, 'page 2, record 3 (row 7)'],
    [{}, 'hr:7', 'hr:7 (row 7)'],
  ])('names a row at %j, of the id %j: %s', (place, docId, which) => {
    const tally = new Tally();
    new Quarantine(LIMITS, tally).add({ ...row(7, docId), place });
    expect(tally.samples.quarantined).toEqual([`${which}: ACL_EMPTY, why`]);
  });

  it('counts rows without an id that were too large to be read, and no others, as unidentified', () => {
    const quarantine = new Quarantine(LIMITS, new Tally());
    quarantine.add(row(1, 'hr:1', 'ROW_TOO_LARGE'));
    quarantine.add(row(3, undefined));
    expect(quarantine.unidentified).toBe(0);
    quarantine.add(row(5, undefined, 'ROW_TOO_LARGE'));
    expect(quarantine.unidentified).toBe(1);
  });

  it('takes rows for consecutive only without a good one between them', () => {
    const quarantine = new Quarantine(LIMITS, new Tally());
    for (const number of [1, 2, 3, 5, 6, 7]) quarantine.add(row(number));
    expect(() => {
      quarantine.add(row(8));
    }).toThrow('more than 3 rows one after the other');
  });

  it('checks the ratio only when there are enough rows', () => {
    const end = (seen: number, quarantined: number) => () => {
      const tally = new Tally();
      Object.assign(tally, { seen, quarantined });
      new Quarantine(LIMITS, tally).end();
    };
    expect(end(99, 99)).not.toThrow();
    expect(end(100, 50)).not.toThrow();
    expect(end(100, 51)).toThrow('51 of 100 rows were quarantined, more than 50 %');
  });

  it('writes a line per row', () => {
    expect(quarantineLine({ ...row(7), fields: { id: null } })).toBe(
      '{"row":7,"doc_id":null,"code":"ACL_EMPTY","reason":"why","fields":{"id":null}}',
    );
    expect(quarantineLine({ ...row(7), place: { file: 'a.csv', line: 4 } })).toContain(
      '{"row":7,"file":"a.csv","line":4,"doc_id":null,',
    );
    expect(quarantineLine(row(7, 'hr:7'))).toContain('"doc_id":"hr:7"');
    expect(words({ code: 'ACL_EMPTY', reason: 'why' })).toBe('ACL_EMPTY, why');
  });
});

describe('the fields to find a row by', () => {
  it('are its texts, shortened, and null for what is not there', () => {
    const columns: Column[] = ['a', 'b', 'c', 'd'].map((name) => ({ name, kind: 'text' }));
    const values: WireRow = ['x'.repeat(300), null, undefined, ''];
    const cursor = new RowCursor(4);
    cursor.load(batchOf(columns, [values]), 0);
    const names = columns.map(({ name }, column) => ({ name, column }));
    expect(fieldsToFind(cursor, names)).toEqual({
      a: 'x'.repeat(QUARANTINE_FIELD_BYTES_MAX),
      b: null,
      c: null,
      d: '',
    });
  });
});

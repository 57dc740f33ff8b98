import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACL_PRINCIPALS_MAX } from '../../../src/core/limits.ts';
import { AclColumn, aclProblem, NO_READERS, type Principals } from '../../../src/pipeline/readers/acl.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { batchOf, type WireValue } from '../../support/pipeline/rows-source.ts';

describe('an ACL column', () => {
  const columns: Column[] = [{ name: 'readers', kind: 'text' }];
  const cursor = new RowCursor(1);
  const load = (value: WireValue) => {
    cursor.load(batchOf(columns, [[value]]), 0);
    return cursor;
  };

  it('gives the readers as names and as JSON', () => {
    const readers = new AclColumn(columns, 0).of(load('b, "a"'));
    expect(readers).toEqual({ count: 2, json: Buffer.from('["a","b"]'), ends: [4, 8] });
  });

  it('says where each name ends in the JSON', () => {
    const unit = fc.constantFrom('a', 'é', '漢', '😀', ' ', '\\', '&');
    const name = fc.string({ unit, maxLength: 8 }).map((one) => `x${one}x`);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        const { count, json, ends } = new AclColumn(columns, 0).of(load(JSON.stringify(names)));
        const starts = [1, ...ends.map((end) => end + 1)];
        const parts = ends.map((end, index): unknown =>
          JSON.parse(json.toString('utf8', starts[index], end)),
        );
        expect(parts).toEqual(JSON.parse(json.toString()));
        expect(parts).toHaveLength(count);
      }),
    );
  });

  it('names no readers when it is NULL, absent or empty', () => {
    const column = new AclColumn(columns, 0);
    for (const value of [null, undefined, '', ' , ']) expect(column.of(load(value))).toBe(NO_READERS);
  });

  it.each<[Column['kind'], WireValue, string, unknown]>([
    [
      'text',
      '{"a\u202e":1}',
      'ACL_UNREADABLE',
      'its field "readers" does not name readers where it holds `{"a\\u202e":1}`',
    ],
    [
      'text',
      Buffer.from('61eda080', 'hex'),
      'INVALID_UTF8',
      'its field "readers" holds text that is not UTF-8',
    ],
    [
      'text',
      '["a\\ud83d"]',
      'INVALID_UTF8',
      'its field "readers" holds half of a surrogate pair, which is not a character',
    ],
    [
      'json',
      '"a\\ud83d"',
      'INVALID_UTF8',
      'its field "readers" holds half of a surrogate pair, which is not a character',
    ],
    ['json', '{a}', 'JSON_INVALID', 'its field "readers" is not valid JSON: `{a}`'],
    [
      'bytes',
      '\\x616e6e61',
      'ACL_UNREADABLE',
      'its field "readers" does not name readers where it holds `\\x616e6e61`',
    ],
  ])('of kind %s says why %j cannot be read: %s', (kind, value, code, reason) => {
    const column = new AclColumn([{ name: 'readers', kind }], 0);
    expect(column.of(load(value))).toEqual({ ...NO_READERS, problem: { code, reason, revokes: true } });
  });

  it.each(['text', 'integer', 'decimal', undefined] as const)(
    'reads a list whose elements are of kind %s',
    (element) => {
      const of: Column = { name: 'readers', kind: 'array', ...(element && { element }) };
      const readers = new AclColumn([of], 0).of(load('{20,3}'));
      expect(readers).toEqual({ count: 2, json: Buffer.from('["20","3"]'), ends: [5, 9] });
    },
  );

  it('says that a list of dates names no readers', () => {
    const column = new AclColumn([{ name: 'readers', kind: 'array', element: 'date' }], 0);
    expect(column.of(load('{2024-01-02}')).problem).toMatchObject({ code: 'ACL_UNREADABLE' });
  });

  it('gives equal values the same object, for as many as it remembers', () => {
    const column = new AclColumn(columns, 0);
    const first = column.of(load('a'));
    expect(column.of(load('a'))).toBe(first);
    for (let other = 0; other < 4_096; other++) column.of(load(`u${other}`));
    const again = column.of(load('a'));
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });
});

describe('aclProblem', () => {
  const readers = (count: number): Principals => ({ count, json: Buffer.alloc(0), ends: [] });

  it('is a missing reader, or too many readers', () => {
    expect(aclProblem(NO_READERS, NO_READERS)).toMatchObject({ code: 'ACL_EMPTY', revokes: true });
    expect(aclProblem(readers(1), NO_READERS)).toBeUndefined();
    expect(aclProblem(NO_READERS, readers(ACL_PRINCIPALS_MAX))).toBeUndefined();
    expect(aclProblem(readers(1), readers(ACL_PRINCIPALS_MAX))).toMatchObject({ code: 'ACL_TOO_LARGE' });
  });

  it('is what one column cannot be read for, whatever the other one names', () => {
    const problem = { code: 'ACL_UNREADABLE', reason: 'why', revokes: true } as const;
    expect(aclProblem({ ...NO_READERS, problem }, readers(1))).toBe(problem);
    expect(aclProblem(readers(1), { ...NO_READERS, problem })).toBe(problem);
  });
});

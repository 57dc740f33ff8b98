import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACL_PRINCIPALS_MAX } from '../../src/core/limits.ts';
import { AclColumn, aclProblem, NOBODY, principals, type Principals } from '../../src/pipeline/acl.ts';
import type { Column } from '../../src/pipeline/ports.ts';
import { RowCursor } from '../../src/pipeline/row-cursor.ts';
import { batchOf, type WireValue } from '../support/rows-source.ts';

function listOf(
  names: readonly string[],
  form: 'text' | 'lines' | 'json text' | 'json' | 'array',
): [string, Column['kind']] {
  if (form === 'array') return [`{${names.map((name) => JSON.stringify(name)).join(',')}}`, 'array'];
  if (form === 'json' || form === 'json text')
    return [JSON.stringify(names), form === 'json' ? 'json' : 'text'];
  return [names.join(form === 'lines' ? '\n' : ' ; '), 'text'];
}

describe('principals', () => {
  it.each<[string, Column['kind'], string[]]>([
    ['', 'text', []],
    [' ,;\n ', 'text', []],
    ['b, a;c\nd', 'text', ['a', 'b', 'c', 'd']],
    [' Ann@X.Org , ann@x.org', 'text', ['ann@x.org']],
    ['Staff, staff', 'text', ['Staff', 'staff']],
    ['["b", "a", 1, null, ["c"]]', 'text', ['a', 'b']],
    ['[not json, a', 'text', ['[not json', 'a']],
    ['"a; b"', 'json', ['a', 'b']],
    ['{"a": 1}', 'json', []],
    ['null', 'json', []],
    ['not json, a', 'json', ['a', 'not json']],
    ['{b,"a,c",NULL,{d}}', 'array', ['a,c', 'b', 'd']],
    ['{b,A@x.org,b}', 'array', ['a@x.org', 'b']],
    ['{b,null,NULL}', 'array', ['b']],
    ['{nullable,a}', 'array', ['a', 'nullable']],
    ['[0:1]={b,a}', 'array', ['a', 'b']],
    ['{}', 'array', []],
  ])('of %j as %s are %j', (text, kind, names) => {
    expect(principals(text, kind)).toEqual(names);
  });

  it('are the same in any order, any number of times, in any case of an address, in any form', () => {
    const local = fc.stringMatching(/^[a-z][a-z0-9.+-]{0,8}$/);
    const email = fc.tuple(local, local).map(([name, host]) => `${name}@${host}.org`);
    const group = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 _-]{0,10}[a-z]$/);
    const list = fc.uniqueArray(fc.oneof(email, group), { minLength: 1, maxLength: 6 });
    const form = fc.constantFrom('text', 'lines', 'json text', 'json', 'array' as const);
    const disorder = list.chain((names) =>
      fc.record({
        names: fc.constant(names),
        again: fc.array(fc.constantFrom(...names), { maxLength: 6 }),
        rank: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        upper: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        form,
      }),
    );
    fc.assert(
      fc.property(disorder, ({ names, again, rank, upper, form: written }) => {
        const varied = [...names, ...again]
          .map((name, index) => ({
            name: upper[index] && name.includes('@') ? name.toUpperCase() : name,
            index,
          }))
          .sort((a, b) => (rank[a.index] ?? 0) - (rank[b.index] ?? 0))
          .map(({ name }) => name);
        expect(principals(...listOf(varied, written))).toEqual([...names].sort());
      }),
    );
  });
});

describe('an ACL column', () => {
  const columns: Column[] = [{ name: 'readers', kind: 'text' }];
  const cursor = new RowCursor(1);
  const load = (value: WireValue) => {
    cursor.load(batchOf(columns, [[value]]), 0);
    return cursor;
  };

  it('gives the readers as names and as JSON', () => {
    const readers = new AclColumn(columns, 0).of(load('b, "a"'));
    expect(readers).toEqual({ count: 2, json: Buffer.from('["\\"a\\"","b"]'), ends: [8, 12] });
  });

  it('says where each name ends in the JSON', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((one) => one.trim() !== '');
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

  it('is nobody when it is NULL, absent or empty', () => {
    const column = new AclColumn(columns, 0);
    for (const value of [null, undefined, '', ' , ']) expect(column.of(load(value))).toBe(NOBODY);
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

  it('is that nobody may read, or that too many may', () => {
    expect(aclProblem(NOBODY, NOBODY)).toBe('ACL_EMPTY');
    expect(aclProblem(readers(1), NOBODY)).toBeUndefined();
    expect(aclProblem(NOBODY, readers(ACL_PRINCIPALS_MAX))).toBeUndefined();
    expect(aclProblem(readers(1), readers(ACL_PRINCIPALS_MAX))).toBe('ACL_TOO_LARGE');
  });
});

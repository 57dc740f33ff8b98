import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseArrayLiteral, type ArrayItem } from '../../../src/pipeline/bytes/array-literal.ts';
import { text } from '../../support/pipeline/arbitrary.ts';

/** Prints as Postgres's `array_out` does: quotes only where they are needed. */
function print(items: readonly ArrayItem[]): string {
  const item = (one: ArrayItem): string => {
    if (one === null) return 'NULL';
    if (typeof one !== 'string') return print(one);
    const bare = one !== '' && one.toUpperCase() !== 'NULL' && !/[{},"\\\s]/.test(one);
    return bare ? one : `"${one.replace(/["\\]/g, '\\$&')}"`;
  };
  return `{${items.map(item).join(',')}}`;
}

describe('parseArrayLiteral', () => {
  it.each<[string, ArrayItem[]]>([
    ['{}', []],
    ['{a,b c,1}', ['a', 'b c', '1']],
    ['{NULL,null,"NULL",""}', [null, null, 'NULL', '']],
    ['{"a,b","{c}","say \\"hi\\"","back\\\\slash"}', ['a,b', '{c}', 'say "hi"', 'back\\slash']],
    [
      '{{1,2},{3,NULL}}',
      [
        ['1', '2'],
        ['3', null],
      ],
    ],
    ['{{},{{}}}', [[], [[]]]],
    ['[0:1]={a,b}', ['a', 'b']],
    ['[-1:0][2:2]={{a},{b}}', [['a'], ['b']]],
  ])('reads %s', (literal, items) => {
    expect(parseArrayLiteral(literal)).toEqual(items);
  });

  it('inverts the printer of Postgres', () => {
    const { items } = fc.letrec<{ items: ArrayItem[]; item: ArrayItem }>((tie) => ({
      items: fc.array(tie('item'), { maxLength: 5 }),
      item: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.constantFrom('NULL', 'null', ''),
        fc.constant(null),
        tie('items'),
      ),
    }));
    fc.assert(
      fc.property(items, (all) => {
        expect(parseArrayLiteral(print(all))).toEqual(all);
      }),
    );
  });

  it.each(['{a,{b}} ', '{a,{b}}}', '{a,{b}},{c}'])('reads nothing after the last brace of %s', (literal) => {
    expect(parseArrayLiteral(literal)).toEqual(['a', ['b']]);
  });

  it('ends where a text that was cut short ends', () => {
    const whole = '{a,"b\\"c",{d,NULL}}';
    for (let length = 0; length <= whole.length; length++) {
      expect(parseArrayLiteral(whole.slice(0, length))).toBeInstanceOf(Array);
    }
    expect(parseArrayLiteral('{a,"b\\')).toEqual(['a', 'b']);
    expect(parseArrayLiteral('{a,{b')).toEqual(['a', ['b']]);
    expect(parseArrayLiteral('no array')).toEqual([]);
  });
});

it('reads a literal of many open braces without an overflow', () => {
  expect(parseArrayLiteral('{'.repeat(200_000))).toHaveLength(1);
});

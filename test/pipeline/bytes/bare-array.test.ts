import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AclColumn } from '../../../src/pipeline/readers/acl.ts';
import { BareArrayReader } from '../../../src/pipeline/bytes/bare-array.ts';
import { readReaders } from '../../../src/pipeline/readers/reader-list.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { batchOf } from '../../support/pipeline/rows-source.ts';

const reader = new BareArrayReader();

function read(literal: string): unknown {
  // Inside other bytes, as in a row.
  const bytes = Buffer.from(`xx${literal}yy`);
  if (!reader.read(bytes, 2, bytes.length - 2)) return undefined;
  return JSON.parse(reader.json.toString('latin1', 0, reader.length));
}

describe('a list of plain words', () => {
  test('is sorted, without duplicates, with addresses in lower case', () => {
    expect(read('{hr,Anna@X.com,HR,anna@x.COM}')).toEqual(['HR', 'anna@x.com', 'hr']);
  });

  test('tells where each string ends', () => {
    read('{b,aa}');
    expect(reader.json.toString('latin1', 0, reader.length)).toBe('["aa","b"]');
    expect(reader.ends).toEqual([5, 9]);
  });

  test('reads the same as the long way, whatever the words', () => {
    const word = fc.string({
      unit: fc.constantFrom(
        'a',
        'B',
        '@',
        '.',
        '-',
        '0',
        'Z',
        'n',
        'i',
        'l',
        '/',
        ':',
        '|',
        "'",
        '[',
        ']',
        '<',
      ),
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 16 }), (words) => {
        const literal = `{${words.join(',')}}`;
        const short = read(literal);
        const long = readReaders(literal, { kind: 'array' });
        expect(short === undefined ? long : { names: short }).toEqual(long);
      }),
    );
  });
});

test.each([
  ['quotes', '{"a b"}'],
  ['a backslash', '{a\\b}'],
  ['nested arrays', '{{a}}'],
  ['NULL', '{a,NULL}'],
  ['spaces', '{a b}'],
  ['letters beyond ASCII', '{ä}'],
  ['a word that says that there is nothing', '{None,a}'],
  ['an address inside of angle brackets', '{<a@x.com>}'],
  ['a link to an address', '{mailto:a@x.com}'],
  ['no word at all', '{}'],
  [
    'more words than are sorted by hand',
    `{${Array.from({ length: 17 }, (_, index) => `w${index}`).join(',')}}`,
  ],
  ['bounds in front', '[0:0]={a}'],
  ['no closing brace', '{a'],
])('a list with %s is left to the long way', (_what, literal) => {
  expect(read(literal)).toBeUndefined();
});

test('a list longer than any before gets the room it needs', () => {
  const long = Array.from({ length: 10 }, (_, index) => `${'x'.repeat(100)}${index}`);
  expect(read(`{${long.join(',')}}`)).toEqual(long);
});

test('lists of readers are the same, however many different ones a column holds', () => {
  const columns = [{ name: 'readers', kind: 'array', element: 'text' }] as const;
  const rows = Array.from({ length: 5_000 }, (_, index) => [`{Z${index}@x.com,hr}`]);
  const batch = batchOf(columns, rows);
  const column = new AclColumn(columns, 0);
  const row = new RowCursor(1);
  const read = rows.map((_, index) => {
    row.load(batch, index);
    return column.of(row).json.toString();
  });
  expect(read).toEqual(rows.map((_, index) => `["hr","z${index}@x.com"]`));
});

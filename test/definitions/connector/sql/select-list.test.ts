import { describe, expect, test } from '@jest/globals';
import { returnedNames, selectedColumns } from '../../../../src/definitions/connector/sql/select-list.ts';

const names = (query: string): string[] | undefined =>
  selectedColumns(query, 'postgres')?.map((column) => column.name);

describe('selectedColumns', () => {
  test.each([
    ['SELECT a, b FROM t', ['a', 'b']],
    ['select t.a, s.t.b as c from t', ['a', 'c']],
    ['SELECT DISTINCT a, "B c" FROM t', ['a', 'B c']],
    ['SELECT coalesce(a, b) AS c, (SELECT x FROM y) AS d FROM t', ['c', 'd']],
    ["SELECT 'a, b FROM' AS a, extract(year FROM d) AS y FROM t", ['a', 'y']],
    ['SELECT a, -- the id\n /* , x */ b FROM t', ['a', 'b']],
  ])('reads %j', (query, expected) => {
    expect(names(query)).toEqual(expected);
  });

  test.each([
    'SELECT * FROM t',
    'SELECT t.* FROM t',
    'SELECT a, count(x) FROM t',
    'SELECT a b FROM t',
    'SELECT TOP 5 a FROM t',
    'SELECT DISTINCT ON (a) a, b FROM t',
    'WITH x AS (SELECT 1) SELECT a FROM x',
    'SELECT a::text FROM t',
    'SELECT 1',
    'SELECT a, FROM t',
    '',
    'EXEC list_employees',
  ])('says nothing about %j', (query) => {
    expect(names(query)).toBeUndefined();
  });
});

describe('selectedColumns of other dialects', () => {
  test('reads the quoted names of MySQL and SQL Server', () => {
    expect(selectedColumns('SELECT `a``b`, c FROM t', 'mysql')).toEqual([
      { name: 'a`b', quoted: true },
      { name: 'c', quoted: false },
    ]);
    expect(selectedColumns("SELECT [it's], [a]]b] FROM t", 'mssql')).toEqual([
      { name: "it's", quoted: true },
      { name: 'a]b', quoted: true },
    ]);
  });

  test('says nothing about a string of MySQL that is an alias', () => {
    expect(selectedColumns('SELECT a AS "b" FROM t', 'mysql')).toBeUndefined();
  });
});

describe('returnedNames', () => {
  const column = (name: string, quoted = false) => ({ name, quoted });

  test('lowers only the ASCII letters of a Postgres name without quotes', () => {
    const returned = returnedNames([column('ÜBERSCHRIFT'), column('Größe', true)], 'postgres');
    expect(returned.written).toEqual(['Überschrift', 'Größe']);
    expect(returned.has('Überschrift')).toBe(true);
    expect(returned.has('größe')).toBe(false);
  });

  test('accepts what a Postgres database with a single-byte encoding returns', () => {
    expect(returnedNames([column('ÜBERSCHRIFT')], 'postgres').has('überschrift')).toBe(true);
  });

  test('cuts Postgres names after 63 bytes and never within a character', () => {
    const long = `${'a'.repeat(62)}éb`;
    const returned = returnedNames([column(long), column('x'.repeat(70), true)], 'postgres');
    expect(returned.written).toEqual(['a'.repeat(62), 'x'.repeat(63)]);
    expect(returned.has(long)).toBe(false);
  });

  test.each(['mysql', 'mssql', 'oracle'] as const)('ignores case in %s', (dialect) => {
    const returned = returnedNames([column('Full_Name')], dialect);
    expect(returned.has('FULL_NAME')).toBe(true);
    expect(returned.has('fullname')).toBe(false);
  });
});

import { describe, expect, test } from '@jest/globals';
import { selectedColumns } from '../../src/connector/select-list.ts';

const names = (query: string): string[] | undefined => selectedColumns(query)?.map((column) => column.name);

describe('selectedColumns', () => {
  test.each([
    ['SELECT a, b FROM t', ['a', 'b']],
    ['select t.a, s.t.b as c from t', ['a', 'c']],
    ['SELECT DISTINCT a, "B c" FROM t', ['a', 'B c']],
    ['SELECT coalesce(a, b) AS c, (SELECT x FROM y) AS d FROM t', ['c', 'd']],
    ["SELECT 'a, b FROM' AS a, extract(year FROM d) AS y FROM t", ['a', 'y']],
    ['SELECT a, -- the id\n /* , x */ b FROM t', ['a', 'b']],
    ['SELECT `a b` FROM t', ['a b']],
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

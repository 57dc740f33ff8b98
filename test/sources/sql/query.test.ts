import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withoutTrailingSemicolons } from '../../../src/sources/sql/query.ts';

describe('withoutTrailingSemicolons', () => {
  test.each([
    ['SELECT 1;', 'SELECT 1'],
    ['SELECT 1 ; ;\n', 'SELECT 1'],
    ['SELECT 1; -- the end;\n', 'SELECT 1  -- the end;'],
    ['SELECT 1 /* a; */ ; /* b; */', 'SELECT 1 /* a; */   /* b; */'],
    ["SELECT ';'", "SELECT ';'"],
    ['SELECT 1; SELECT 2;', 'SELECT 1; SELECT 2'],
    ['-- nothing', '-- nothing'],
    [' ; ', ''],
  ])('takes the last semicolons from %j and nothing else', (query, expected) => {
    expect(withoutTrailingSemicolons(query, 'postgres')).toBe(expected);
  });

  test('removes no condition that follows what another dialect takes for a comment', () => {
    const nested = 'SELECT a FROM t /* was: /* all */ WHERE secret = 0';
    const executed = 'SELECT a FROM t /*! WHERE secret = 0 */;';
    expect(withoutTrailingSemicolons(nested, 'mysql')).toBe(nested);
    expect(withoutTrailingSemicolons(executed, 'mysql')).toBe(executed.slice(0, -1));
  });

  test('changes nothing but semicolons and white space in any query of any dialect', () => {
    const query = fc.array(
      fc.constantFrom(...["'", '"', '`', '--', '/*', '/*!', '*/', '#', '[', '\n', '\\', ';', 'a', ' ', "q'"]),
    );
    const dialect = fc.constantFrom(
      'postgres' as const,
      'mysql' as const,
      'mssql' as const,
      'oracle' as const,
    );
    const visible = (sql: string) => sql.replaceAll(/[;\s]/g, '');
    fc.assert(
      fc.property(query, dialect, (parts, name) => {
        const sql = parts.join('');
        expect(visible(withoutTrailingSemicolons(sql, name))).toBe(visible(sql));
      }),
    );
  });
});

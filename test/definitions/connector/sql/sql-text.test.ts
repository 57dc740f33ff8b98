import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dialectOf, splitSql, type SqlDialect } from '../../../../src/definitions/connector/sql/sql-text.ts';

const DIALECTS = ['postgres', 'mysql', 'mssql', 'oracle'] as const;

const kinds = (query: string, dialect: SqlDialect): string[] =>
  splitSql(query, dialect).map((piece) => `${piece.kind}:${piece.text}`);

describe('splitSql', () => {
  test.each([
    ["a 'b''c' d", ['code:a ', "string:'b''c'", 'code: d']],
    ['a -- b\nc', ['code:a ', 'comment:-- b', 'code:\nc']],
    ['/* a */ d', ['comment:/* a */', 'code: d']],
    ["'open", ["string:'open"]],
    ['/* open', ['comment:/* open']],
  ])('cuts %j at its quotes and comments in every dialect', (query, expected) => {
    for (const dialect of DIALECTS) expect(kinds(query, dialect)).toEqual(expected);
  });

  test.each<[SqlDialect, string, string[]]>([
    ['postgres', "E'b\\'c' d", ['code:E', "string:'b\\'c'", 'code: d']],
    ['postgres', "'b\\' d", ["string:'b\\'", 'code: d']],
    ['postgres', "nameE'x\\' d", ['code:nameE', "string:'x\\'", 'code: d']],
    ['postgres', '"a""b" `c`', ['identifier:"a""b"', 'code: `c`']],
    ['postgres', '/* a /* b */ c */ d', ['comment:/* a /* b */ c */', 'code: d']],
    ['postgres', 'a -- b\rc', ['code:a ', 'comment:-- b', 'code:\rc']],
    ['postgres', '1--2', ['code:1', 'comment:--2']],
    ['postgres', "a #>> '{b}'", ['code:a #>> ', "string:'{b}'"]],
    ['postgres', 'a[1] [b--c]', ['code:a[1] [b', 'comment:--c]']],
    ['postgres', '$$a$$ $x$ $$ $x$', ['string:$$a$$', 'code: ', 'string:$x$ $$ $x$']],
    ['postgres', 'a$b$c', ['code:a$b$c']],
    ['postgres', '$1 + $2', ['code:$1 + $2']],
    ['postgres', '$t$ open', ['string:$t$ open']],
    ['mysql', '/* was: /* all */ WHERE a', ['comment:/* was: /* all */', 'code: WHERE a']],
    ['mysql', '/*!40101 WHERE a = 0 */', ['code:/*!40101 WHERE a = 0 */']],
    ['mysql', '/*M!100100 WHERE a = 0 */', ['code:/*M!100100 WHERE a = 0 */']],
    ['mysql', "/*! 'x */' */ b", ['code:/*! ', "string:'x */'", 'code: */ b']],
    ['mysql', '/*+ NO_INDEX(t) */ a', ['comment:/*+ NO_INDEX(t) */', 'code: a']],
    ['mysql', '5--2, a', ['code:5--2, a']],
    ['mysql', 'a --\tb', ['code:a ', 'comment:--\tb']],
    ['mysql', 'a --', ['code:a ', 'comment:--']],
    ['mysql', "a # it's\nb", ['code:a ', "comment:# it's", 'code:\nb']],
    ['mysql', "'it\\'s' b", ["string:'it\\'s'", 'code: b']],
    ['mysql', '"a\\"b" c', ['string:"a\\"b"', 'code: c']],
    ['mysql', '`a``b -- c` d', ['identifier:`a``b -- c`', 'code: d']],
    ['mysql', '$$ a $$', ['code:$$ a $$']],
    ['mssql', "[it's] b", ["identifier:[it's]", 'code: b']],
    ['mssql', '[a]]--b] c', ['identifier:[a]]--b]', 'code: c']],
    ['mssql', '/* a /* b */ c */ d', ['comment:/* a /* b */ c */', 'code: d']],
    ['mssql', "'b\\' d", ["string:'b\\'", 'code: d']],
    ['mssql', '"a--b" c', ['identifier:"a--b"', 'code: c']],
    [
      'oracle',
      "q'[it's /* not */ a comment]' b",
      ['code:q', "string:'[it's /* not */ a comment]'", 'code: b'],
    ],
    ['oracle', "NQ'{a'b}' c", ['code:NQ', "string:'{a'b}'", 'code: c']],
    ['oracle', "q'!a'b!' c", ['code:q', "string:'!a'b!'", 'code: c']],
    ['oracle', "seq'[a' b", ['code:seq', "string:'[a'", 'code: b']],
    ['oracle', '/* a /* b */ c', ['comment:/* a /* b */', 'code: c']],
    ['oracle', "'b\\' d", ["string:'b\\'", 'code: d']],
  ])('cuts as %s does: %j', (dialect, query, expected) => {
    expect(kinds(query, dialect)).toEqual(expected);
  });

  test('loses no character of any query in any dialect', () => {
    const query = fc.array(
      fc.constantFrom(
        ...[
          "'",
          '"',
          '`',
          '$',
          '$t$',
          '--',
          '/*',
          '/*!',
          '*/',
          '#',
          '[',
          ']',
          '\n',
          '\\',
          'E',
          "q'",
          'a',
          ' ',
        ],
      ),
    );
    fc.assert(
      fc.property(query, fc.constantFrom(...DIALECTS), (parts, dialect) => {
        const sql = parts.join('');
        const pieces = splitSql(sql, dialect);
        expect(pieces.map((piece) => piece.text).join('')).toBe(sql);
      }),
    );
  });
});

describe('dialectOf', () => {
  test('takes an unknown type for Postgres, because the schema reports it', () => {
    expect(['mysql', 'mssql', 'oracle', 'postgres', 'http', undefined].map(dialectOf)).toEqual([
      ...['mysql', 'mssql', 'oracle', 'postgres', 'postgres', 'postgres'],
    ]);
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitSql } from '../../src/connector/sql-text.ts';

const kinds = (query: string): string[] => splitSql(query).map((piece) => `${piece.kind}:${piece.text}`);

describe('splitSql', () => {
  test.each([
    ["a 'b''c' d", ['code:a ', "string:'b''c'", 'code: d']],
    ["E'b\\'c' d", ['code:E', "string:'b\\'c'", 'code: d']],
    ["'b\\' d", ["string:'b\\'", 'code: d']],
    ["nameE'x\\' d", ['code:nameE', "string:'x\\'", 'code: d']],
    ['"a""b" `c`', ['identifier:"a""b"', 'code: ', 'identifier:`c`']],
    ['a -- b\nc', ['code:a ', 'comment:-- b', 'code:\nc']],
    ['/* a /* b */ c */ d', ['comment:/* a /* b */ c */', 'code: d']],
    ['$$a$$ $x$ $$ $x$', ['string:$$a$$', 'code: ', 'string:$x$ $$ $x$']],
    ['a$b$c', ['code:a$b$c']],
    ['$1 + $2', ['code:$1 + $2']],
    ["'open", ["string:'open"]],
    ['/* open', ['comment:/* open']],
    ['$t$ open', ['string:$t$ open']],
  ])('cuts %j at its quotes and comments', (query, expected) => {
    expect(kinds(query)).toEqual(expected);
  });

  test('loses no character of any query', () => {
    const query = fc.array(
      fc.constantFrom("'", '"', '`', '$', '$t$', '--', '/*', '*/', '\n', '\\', 'E', 'a', ' ', ':'),
    );
    fc.assert(
      fc.property(query, (parts) => {
        const sql = parts.join('');
        expect(
          splitSql(sql)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(sql);
      }),
    );
  });
});

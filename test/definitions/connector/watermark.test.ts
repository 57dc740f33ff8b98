import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bindWatermark, isDeltaQuery, watermarkLagIn } from '../../../src/definitions/connector/watermark.ts';
import { BridgeError } from '../../../src/core/errors.ts';

const numbered = (occurrence: number): string => `$${String(occurrence)}`;

describe('isDeltaQuery', () => {
  test.each([
    'SELECT a FROM t WHERE u > :watermark',
    'SELECT a FROM t WHERE u>:watermark::timestamptz',
    'SELECT a FROM t WHERE u > (:WATERMARK)',
    "SELECT a -- not here: it's\nFROM t WHERE u > :watermark",
    "SELECT $$ it's $$, a FROM t WHERE u > :watermark",
  ])('sees the watermark in %j', (query) => {
    expect(isDeltaQuery(query, 'postgres')).toBe(true);
  });

  test.each([
    'SELECT a FROM t',
    "SELECT ':watermark' FROM t",
    "SELECT 'it''s :watermark' FROM t",
    "SELECT E'\\' :watermark' FROM t",
    'SELECT ":watermark" FROM t',
    'SELECT $$ :watermark $$ FROM t',
    'SELECT $q$ $$ :watermark $q$ FROM t',
    'SELECT a FROM t -- :watermark',
    'SELECT a /* /* */ :watermark */ FROM t',
    'SELECT a::watermark FROM t',
    'SELECT a FROM t WHERE u > :watermark_old',
    'SELECT a FROM t WHERE u > :watermarks',
  ])('sees none in %j', (query) => {
    expect(isDeltaQuery(query, 'postgres')).toBe(false);
  });
});

describe('isDeltaQuery of other dialects', () => {
  test.each([
    ['mysql', "SELECT 'it\\'s' FROM t WHERE u > :watermark"],
    ['mysql', "SELECT a # it's\nFROM t WHERE u > :watermark"],
    ['mysql', 'SELECT 5--2 FROM t WHERE u > :watermark'],
    ['mysql', 'SELECT a FROM t /*! WHERE u > :watermark */'],
    ['mysql', 'SELECT a FROM t /* was: /* all */ WHERE u > :watermark'],
    ['mssql', "SELECT [it's] FROM t WHERE u > :watermark"],
    ['oracle', "SELECT q'[it's]' FROM t WHERE u > :watermark"],
  ] as const)('sees the watermark of %s in %j', (dialect, query) => {
    expect(isDeltaQuery(query, dialect)).toBe(true);
  });

  test.each([
    ['mysql', 'SELECT a FROM t # :watermark'],
    ['mysql', 'SELECT a, "\\" :watermark" FROM t'],
    ['mssql', 'SELECT [:watermark] FROM t'],
    ['oracle', "SELECT q'{' :watermark}' FROM t"],
  ] as const)('sees none of %s in %j', (dialect, query) => {
    expect(isDeltaQuery(query, dialect)).toBe(false);
  });
});

describe('bindWatermark', () => {
  test('numbers the occurrences from one', () => {
    expect(bindWatermark('a > :watermark OR b > :watermark', 'postgres', numbered)).toBe('a > $1 OR b > $2');
  });

  test('leaves casts, quotes and comments alone', () => {
    const query = "SELECT ':watermark', x::watermark -- :watermark\nWHERE u > :watermark::date";
    expect(bindWatermark(query, 'postgres', () => '$1')).toBe(
      "SELECT ':watermark', x::watermark -- :watermark\nWHERE u > $1::date",
    );
  });

  test('takes a placeholder as it is, dollar signs and all', () => {
    expect(bindWatermark('u > :watermark', 'postgres', () => "$& $' $$")).toBe("u > $& $' $$");
  });

  test('replaces every watermark, and changes nothing in a query without one', () => {
    const sql = fc.array(
      fc.constantFrom("'", '"', '$$', '--', '/*', '*/', '\n', ' ', ':watermark', '::watermark', 'a'),
    );
    fc.assert(
      fc.property(sql, (parts) => {
        const query = parts.join('');
        const bound = bindWatermark(query, 'postgres', () => ' ? ');
        expect(isDeltaQuery(bound, 'postgres')).toBe(false);
        expect(bound === query).toBe(!isDeltaQuery(query, 'postgres'));
      }),
    );
  });
});

describe('watermarkLagIn', () => {
  test.each([
    ['seconds', undefined, 300],
    ['seconds', '90s', 90],
    ['seconds', '5m', 300],
    ['seconds', '2h', 7_200],
    ['seconds', '1d', 86_400],
    ['seconds', '0s', 0],
    ['seconds', 0, 0],
    ['steps', undefined, 1_000],
    ['steps', 0, 0],
    ['steps', 250, 250],
    ['none', undefined, 0],
    ['none', 0, 0],
  ] as const)('in %s, reads %j as %i', (unit, lag, expected) => {
    expect(watermarkLagIn(unit, lag, 'updated_at')).toBe(expected);
  });

  test.each([
    ['seconds', 600, '600s'],
    ['seconds', '600', '5m'],
    ['seconds', '5w', '5m'],
    ['seconds', '-5m', '5m'],
    ['steps', '2h', 'whole number'],
    ['steps', -1, 'whole number'],
    ['steps', 1.5, 'whole number'],
    ['none', '5m', 'Remove'],
    ['none', 5, 'Remove'],
  ] as const)('in %s, refuses %j by name and says what to write', (unit, lag, advice) => {
    const failure = (() => {
      try {
        return watermarkLagIn(unit, lag, 'updated_at');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(failure).toBeInstanceOf(BridgeError);
    expect(failure).toMatchObject({
      code: 'CONNECTOR_INVALID',
      message: expect.stringMatching(/spec\.source\.watermarkLag is .*updated_at/),
      hint: expect.stringContaining(advice),
    });
  });
});

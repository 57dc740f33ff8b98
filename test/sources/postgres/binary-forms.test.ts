import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ROW_BYTES_MAX } from '../../../src/core/limits.ts';
import { sourceContract } from '../../contracts/source.contract.ts';
import { inBinary } from '../../support/databases/binary-listing.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { postgresSource } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

sourceContract('A Postgres query in binary form', {
  columns: ['id', 'name', 'readers', 'changed'],
  make: (rows) => {
    const query = `SELECT i AS id, 'row ' || i AS name, ARRAY['g' || i] AS readers, now() AS changed
      FROM generate_series(1, ${rows}) AS i`;
    return Promise.resolve(inBinary(postgresSource(postgres.url(), query)));
  },
});

/** Reads a query in both forms, expects the same listing, and returns its first column. */
async function expectSame(query: string): Promise<(string | null)[]> {
  const asText = await readAll(postgresSource(postgres.url(), query));
  const asBinary = await readAll(inBinary(postgresSource(postgres.url(), query)));
  expect(asBinary).toEqual(asText);
  return asText.rows.map((row) => Object.values(row)[0] ?? null);
}

const valuesOf = (type: string, values: readonly string[]) =>
  `SELECT * FROM (VALUES ${values.map((value) => `(${value}::${type}, 'after')`).join(', ')}) AS v(value, text)`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

describe('values in binary form', () => {
  test.each([
    ['date', ['0001-01-01', '0001-12-31 BC', '4714-11-24 BC', '5874897-12-31', '10000-01-01', '1999-12-31']],
    ['date', ['2000-02-29', '1900-03-01', '2100-02-28', '0004-02-29', '0005-02-28 BC', '2000-01-01']],
    ['timestamp', ['1999-12-31 23:59:59.999999', '2000-01-01 00:00:00', '2024-02-29 12:00:00.5']],
    ['timestamp', ['4714-11-24 00:00:00 BC', '294276-12-31 23:59:59.999999', '0001-12-31 23:59:59.00001 BC']],
    [
      'timestamptz',
      ['2024-01-02 03:04:05.678901+00', '0044-03-15 09:30:00.1+00 BC', '99999-01-01 00:00:00+00'],
    ],
    ['int8[]', ['{-9223372036854775808,NULL,0,9223372036854775807}', '{}', '{10,-10}']],
    ['int4[]', ['{-2147483648,2147483647}', '[0:1]={7,8}', '{{1,2},{3,4}}']],
    ['int2[]', ['{-32768,32767,-1}', '[-1:0][2:2]={{1},{2}}', '{{{1}},{{2}}}']],
    ['text[]', ['{"",NULL,"NULL","null",NULLs}', '{"a b","a,b","{","}","a\\"b","a\\\\b"}', '{é,日本}']],
    ['varchar[]', ['{"a\tb","a\nb","\v","\f","\r", }', '{{a,NULL},{"","c d"}}', '[5:5]={x}']],
    ['char(3)[]', ['{a,abc}']],
  ])('are rewritten as the server writes a %s, case %#', async (type, texts) => {
    expect(await expectSame(valuesOf(type, texts.map(literal)))).toHaveLength(texts.length);
  });

  test('are rewritten when they are NULL or infinite', async () => {
    for (const type of ['date', 'timestamp', 'timestamptz']) {
      expect(await expectSame(valuesOf(type, ["'infinity'", "'-infinity'", 'NULL']))).toEqual([
        'infinity',
        '-infinity',
        null,
      ]);
    }
  });

  test('are rewritten as the server writes any times', async () => {
    const rows = 6_000;
    const query = `SELECT d, d + time '00:00' + m * interval '1 microsecond' AS t,
        (d + time '00:00') AT TIME ZONE 'UTC' + m * interval '1 microsecond' AS z
      FROM (SELECT date '2000-01-01' + (n * n * sign(n))::int AS d, abs(hashint8(n)::bigint) * 40 AS m
            FROM generate_series(-1560, 10290, 2) AS n) AS days LIMIT ${rows}`;
    const dates = await expectSame(query);
    expect(dates).toContain('2000-01-01');
    expect(dates.filter((date) => date?.endsWith(' BC')).length).toBeGreaterThan(50);
    expect(dates.filter((date) => /^\d{5,}/.test(date ?? '')).length).toBeGreaterThan(500);
  });

  test('are rewritten as the server writes any arrays', async () => {
    const text = fc
      .string({
        unit: fc.oneof(
          fc.constantFrom(...Array.from('{}",\\ \t\n\v\f\rNULnul')),
          fc.string({ maxLength: 1 }),
        ),
      })
      .map((value) => value.replaceAll('\0', ''));
    const element = fc.option(text, { freq: 9 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(element, { maxLength: 20 }), { minLength: 1, maxLength: 60 }),
        async (arrays) => {
          const arrayOf = (elements: readonly (string | null)[]) =>
            `ARRAY[${elements.map((one) => (one === null ? 'NULL' : literal(one))).join(', ')}]::text[]`;
          await expectSame(valuesOf('text[]', arrays.map(arrayOf)));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('are rewritten when their text is several times as long', async () => {
    const nested = 'array_fill(NULL::int8, ARRAY[100000, 1, 1])';
    await expectSame(`SELECT ${nested} AS nested, date '2024-01-02' AS day FROM generate_series(1, 3)`);
  });

  test('keep the place of each column beside columns that are text', async () => {
    await expectSame(`SELECT 1.5 AS decimal, date '2024-01-02' AS day, true AS flag, '{"a": 1}'::json AS json, ''::text AS empty,
      ARRAY['x'] AS names, NULL::text AS nothing, '{"a": 1}'::jsonb AS jsonb, 'abc'::char(5) AS padded, 'é'::varchar AS short,
      ARRAY[true] AS flags, 2.5::float8 AS float, timestamptz 'epoch' AS time, 'end' AS last`);
  });

  test('are cut with a row that is too large, and the rows after it are whole', async () => {
    const query = `SELECT i AS id, date '2024-01-02' AS day,
        repeat('x', CASE i WHEN 2 THEN ${2 * ROW_BYTES_MAX} ELSE 10 END) AS text, ARRAY['a'] AS names
      FROM generate_series(1, 3) AS i`;
    await expectSame(query);
    const arrays = `SELECT i AS id, array_fill('abc'::text, ARRAY[CASE i WHEN 2 THEN ${ROW_BYTES_MAX / 4} ELSE 1 END]) AS names
      FROM generate_series(1, 3) AS i`;
    const oversized: number[] = [];
    const source = inBinary(postgresSource(postgres.url(), arrays));
    for await (const batch of source.read(undefined, new AbortController().signal)) {
      oversized.push(...batch.oversized);
    }
    expect(oversized).toEqual([1]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { listQuery } from '../../support/databases/postgres-source.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.query(`
    CREATE TYPE mood AS ENUM ('sad', 'so so', 'very "happy"');
    CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
    CREATE DOMAIN counter AS bigint;
    CREATE TYPE address AS (street text, number int);
    CREATE TYPE span AS RANGE (subtype = float8);
    CREATE ROLE odd LOGIN SUPERUSER PASSWORD 'odd';
    ALTER ROLE odd SET timezone = 'Asia/Kathmandu';
    ALTER ROLE odd SET datestyle = 'SQL, DMY';
    ALTER ROLE odd SET intervalstyle = 'postgres_verbose';
    ALTER ROLE odd SET bytea_output = 'escape';
    ALTER ROLE odd SET extra_float_digits = -15;
    ALTER ROLE odd SET xmlbinary = 'hex';
    ALTER ROLE odd SET client_encoding = 'LATIN1';
    ALTER ROLE odd SET default_transaction_isolation = 'serializable';
    ALTER ROLE odd SET idle_in_transaction_session_timeout = '1ms'`);
});
afterAll(async () => {
  await postgres.stop();
});

/** SQL expression, kind of the column, its text, and its JSON where that is not the text in quotes. */
type Case = readonly [expression: string, kind: string, text: string, json?: string];

const NUMBERS: readonly Case[] = [
  ['9223372036854775807::int8', 'integer', '9223372036854775807', '9223372036854775807'],
  ['(-9223372036854775808)::int8', 'integer', '-9223372036854775808', '-9223372036854775808'],
  ['(-32768)::int2', 'integer', '-32768', '-32768'],
  ['4294967295::oid', 'integer', '4294967295', '4294967295'],
  ['9007199254740993::counter', 'integer', '9007199254740993', '9007199254740993'],
  [
    '99999999999999999999.123456789012345678::numeric(38,18)',
    'decimal',
    '99999999999999999999.123456789012345678',
    '99999999999999999999.123456789012345678',
  ],
  ['1.10::numeric(38,18)', 'decimal', '1.100000000000000000', '1.100000000000000000'],
  ['1e400::numeric', 'decimal', `1${'0'.repeat(400)}`, `1${'0'.repeat(400)}`],
  ["'NaN'::numeric", 'decimal', 'NaN'],
  ["'-Infinity'::numeric", 'decimal', '-Infinity'],
  ['1.7976931348623157e308::float8', 'float', '1.7976931348623157e+308', '1.7976931348623157e+308'],
  ['5e-324::float8', 'float', '5e-324', '5e-324'],
  ['0.1::float8 + 0.2::float8', 'float', '0.30000000000000004', '0.30000000000000004'],
  ["'-0'::float8", 'float', '-0', '-0'],
  ['3.4028235e38::float4', 'float', '3.4028235e+38', '3.4028235e+38'],
  ["'Infinity'::float8", 'float', 'Infinity'],
  ["'-Infinity'::float4", 'float', '-Infinity'],
  ["'NaN'::float8", 'float', 'NaN'],
  ['true', 'boolean', 't', 'true'],
  ['false', 'boolean', 'f', 'false'],
];

const TIMES: readonly Case[] = [
  [
    "'2024-01-02 03:04:05.678901'::timestamp",
    'timestamp',
    '2024-01-02 03:04:05.678901',
    '"2024-01-02T03:04:05.678901"',
  ],
  [
    "'2024-01-02 03:04:05.678901+05:45'::timestamptz",
    'timestamptz',
    '2024-01-01 21:19:05.678901+00',
    '"2024-01-01T21:19:05.678901Z"',
  ],
  [
    "'2024-07-01 12:00 America/New_York'::timestamptz",
    'timestamptz',
    '2024-07-01 16:00:00+00',
    '"2024-07-01T16:00:00Z"',
  ],
  ["'1850-01-01 00:00+00'::timestamptz", 'timestamptz', '1850-01-01 00:00:00+00', '"1850-01-01T00:00:00Z"'],
  [
    "'294276-12-31 23:59:59.999999'::timestamp",
    'timestamp',
    '294276-12-31 23:59:59.999999',
    '"294276-12-31T23:59:59.999999"',
  ],
  ["'infinity'::timestamptz", 'timestamptz', 'infinity'],
  ["'-infinity'::timestamp", 'timestamp', '-infinity'],
  ["'0044-03-15 12:00 BC'::timestamp", 'timestamp', '0044-03-15 12:00:00 BC'],
  ["'4714-11-24 00:00:00+00 BC'::timestamptz", 'timestamptz', '4714-11-24 00:00:00+00 BC'],
  ["'2024-02-29'::date", 'date', '2024-02-29'],
  ["'0044-03-15 BC'::date", 'date', '0044-03-15 BC'],
  ["'infinity'::date", 'date', 'infinity'],
  ["'23:59:59.999999'::time", 'text', '23:59:59.999999'],
  ["'23:59:59.999999+05:45'::timetz", 'text', '23:59:59.999999+05:45'],
  ["'1 year 2 mons -3 days 04:05:06.789'::interval", 'text', 'P1Y2M-3DT4H5M6.789S'],
  ["'-1 mon 1 sec'::interval", 'text', 'P-1MT1S'],
];

const OTHERS: readonly Case[] = [
  [
    `'{"a":  1,\n "b": "\\u0000\\n"}'::json`,
    'json',
    '{"a":  1,\n "b": "\\u0000\\n"}',
    '{"a":  1,  "b": "\\u0000\\n"}',
  ],
  [
    `'{"b": 1, "a": 12345678901234567890.10}'::jsonb`,
    'json',
    '{"a": 12345678901234567890.10, "b": 1}',
    '{"a": 12345678901234567890.10, "b": 1}',
  ],
  [`'"a \\"word\\""'::jsonb`, 'json', '"a \\"word\\""', '"a \\"word\\""'],
  [`'null'::jsonb`, 'json', 'null', 'null'],
  [`'\\x00ff00610a'::bytea`, 'bytes', '\\x00ff00610a', '"AP8AYQo="'],
  [`''::bytea`, 'bytes', '\\x', '""'],
  ["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", 'text', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  [`'very "happy"'::mood`, 'text', 'very "happy"'],
  ["'ann@example.com'::email", 'text', 'ann@example.com'],
  [`ROW('High "St", 1', 5)::address`, 'text', '("High ""St"", 1",5)'],
  ["'[1,10)'::int4range", 'text', '[1,10)'],
  ["'(0.1,infinity)'::span", 'text', '(0.1,Infinity)'],
  ["tstzrange('2024-01-01 00:00+05:45', NULL)", 'text', '["2023-12-31 18:15:00+00",)'],
  ["'10.1.2.3/24'::inet", 'text', '10.1.2.3/24'],
  ["'::1'::cidr", 'text', '::1/128'],
  ["'ab'::char(5)", 'text', 'ab   '],
  ["'ab'::varchar(5)", 'text', 'ab'],
  ['\'a\'::"char"', 'text', 'a'],
  ["'name'::name", 'text', 'name'],
  ["'1234.5'::money", 'text', '$1,234.50'],
  ["B'10110'::bit(5)", 'text', '10110'],
  ["'(1,2)'::point", 'text', '(1,2)'],
  ["'a:1 b:2'::tsvector", 'text', "'a':1 'b':2"],
  ["'<a>&amp;</a>'::xml", 'text', '<a>&amp;</a>'],
  ["'1 2'::int2vector", 'text', '1 2'],
  ["''::text", 'text', ''],
  ["'  blanks  '::text", 'text', '  blanks  '],
  ["'日本語 中文 한국어 العربية'::text", 'text', '日本語 中文 한국어 العربية'],
  ["'👩‍👩‍👧‍👦 🏳️‍🌈 é e\u0301'::text", 'text', '👩‍👩‍👧‍👦 🏳️‍🌈 é e\u0301'],
  ["U&'\\FEFF\\200B\\2028\\+10FFFF'::text", 'text', '\ufeff\u200b\u2028\u{10ffff}'],
];

const ARRAYS: readonly Case[] = [
  [
    "'{9223372036854775807,NULL,-1}'::int8[]",
    'array',
    '{9223372036854775807,NULL,-1}',
    '[9223372036854775807,null,-1]',
  ],
  ["'{9007199254740993}'::counter[]", 'array', '{9007199254740993}', '[9007199254740993]'],
  ["'{{1,2},{3,4}}'::int4[]", 'array', '{{1,2},{3,4}}', '[[1,2],[3,4]]'],
  ["'[0:1]={7,8}'::int4[]", 'array', '[0:1]={7,8}', '[7,8]'],
  ["'{}'::text[]", 'array', '{}', '[]'],
  [
    `ARRAY['', 'NULL', 'null', NULL, 'a,b', 'a"b', 'a\\b', '{x}', ' x ', E'line\nbreak', '日本']`,
    'array',
    '{"","NULL","null",NULL,"a,b","a\\"b","a\\\\b","{x}"," x ","line\nbreak",日本}',
    '["","NULL","null",null,"a,b","a\\"b","a\\\\b","{x}"," x ","line\\nbreak","日本"]',
  ],
  [
    `ARRAY['2024-01-02 03:04:05.678901+05:45', 'infinity']::timestamptz[]`,
    'array',
    '{"2024-01-01 21:19:05.678901+00",infinity}',
    '["2024-01-01T21:19:05.678901Z","infinity"]',
  ],
  [`ARRAY['sad', 'very "happy"']::mood[]`, 'array', '{sad,"very \\"happy\\""}', '["sad","very \\"happy\\""]'],
  [`ARRAY['ann@example.com']::email[]`, 'array', '{ann@example.com}', '["ann@example.com"]'],
  [`ARRAY[true, NULL, false]`, 'array', '{t,NULL,f}', '[true,null,false]'],
  [`ARRAY['NaN', 1.50]::numeric[]`, 'array', '{NaN,1.50}', '["NaN",1.50]'],
  [`ARRAY['{"a": [1, "x,y"]}']::jsonb[]`, 'array', '{"{\\"a\\": [1, \\"x,y\\"]}"}', '[{"a": [1, "x,y"]}]'],
  [`ARRAY['\\x00ff']::bytea[]`, 'array', '{"\\\\x00ff"}', '["AP8="]'],
  [`ARRAY[ROW('a b', 1)::address]`, 'array', '{"(\\"a b\\",1)"}', '["(\\"a b\\",1)"]'],
  ["ARRAY['10.0.0.1']::inet[]", 'array', '{10.0.0.1}', '["10.0.0.1"]'],
  ["ARRAY['ann', 'bob']::name[]", 'array', '{ann,bob}', '["ann","bob"]'],
  ["ARRAY['[1,2)', 'empty']::int4range[]", 'array', '{"[1,2)",empty}', '["[1,2)","empty"]'],
  ["ARRAY['1 day']::interval[]", 'array', '{P1D}', '["P1D"]'],
  // Written with semicolons between the elements, so it is left as text.
  ["ARRAY['(1,2),(0,0)']::box[]", 'text', '{(1,2),(0,0)}'],
];

describe.each([
  ['numbers', NUMBERS],
  ['times', TIMES],
  ['other values', OTHERS],
  ['arrays', ARRAYS],
])('%s', (_, cases) => {
  test.each(cases)('%s arrives as %s', async (expression, kind, text, json = JSON.stringify(text)) => {
    const listing = await listQuery(postgres.url(), `SELECT ${expression} AS value`);
    expect(listing.columns).toMatchObject([{ name: 'value', kind }]);
    expect(listing.rows).toEqual([{ value: text }]);
    expect(listing.json).toEqual([{ value: json }]);
  });
});

describe('text', () => {
  test('keeps every character that Postgres allows below 256, and its JSON is the same text', async () => {
    const { rows, json } = await listQuery(
      postgres.url(),
      'SELECT i AS code, chr(i) AS value FROM generate_series(1, 255) AS i',
    );
    const characters = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1));
    expect(rows.map((row) => row['value'])).toEqual(characters);
    expect(json.map((row): unknown => JSON.parse(row['value']!))).toEqual(characters);
  });

  test('is not the same as NULL when it is empty', async () => {
    const { rows } = await listQuery(postgres.url(), `SELECT NULL AS a, '' AS b, NULL::int[] AS c`);
    expect(rows).toEqual([{ a: null, b: '', c: null }]);
  });

  test('of a database without an encoding arrives byte by byte, valid or not', async () => {
    await postgres.query(
      `CREATE DATABASE raw ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
    );
    await postgres.query(
      `SET client_encoding = 'SQL_ASCII';
       CREATE TABLE t (value text);
       INSERT INTO t VALUES (E'ok \\303\\251'), (E'latin \\351'), (E'\\377\\376')`,
      'raw',
    );
    const { rows } = await listQuery(
      postgres.url('raw'),
      `SELECT value, encode(convert_to(value, 'SQL_ASCII'), 'hex') AS hex FROM t`,
    );
    expect(rows).toEqual([
      { value: 'ok é', hex: Buffer.from('ok é').toString('hex') },
      { value: 'latin \ufffd', hex: Buffer.from('latin \xe9', 'latin1').toString('hex') },
      { value: '\ufffd\ufffd', hex: 'fffe' },
    ]);
  });
});

test('the settings of the user change nothing', async () => {
  const columns = [...NUMBERS, ...TIMES, ...OTHERS, ...ARRAYS].map(
    ([expression], index) => `${expression} AS c${index}`,
  );
  const query = `SELECT ${columns.join(',\n')}`;
  const odd = `postgres://odd:odd@${postgres.host}:${postgres.port}/postgres`;
  expect((await listQuery(odd, query)).rows).toEqual((await listQuery(postgres.url(), query)).rows);
});

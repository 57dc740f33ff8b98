import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { refusalOf } from '../../../src/apps/store/refusal.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';

let server: TestPostgres;
let client: pg.Client;
beforeAll(async () => {
  server = await startPostgres();
  client = new pg.Client({ connectionString: server.url() });
  await client.connect();
}, 60_000);
afterAll(async () => {
  await client.end();
  await server.stop();
});

async function isAccepted(json: string): Promise<boolean> {
  try {
    await client.query('select $1::text::jsonb', [json]);
    return true;
  } catch {
    return false;
  }
}

const refusal = (json: string, externalId = 'a') => refusalOf({ externalId, payload: Buffer.from(json) });

/** Pieces of JSON strings, as they are written, around the ones that matter. */
const piece = fc.constantFrom(
  'a',
  '\\\\',
  '\\u0000',
  'u0000',
  '\\u0001',
  '\\ud83d',
  '\\ude00',
  '\\uD83D\\uDE00',
  'ud83d',
  '\\n',
  'é',
  '😀',
  '\\"',
);
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => `"${pieces.join('')}"`);
const digits = fc.constantFrom('0', '1', '12.5', '-3', '1.50', '0.001', '-0');
const exponent = fc.constantFrom(
  '',
  'e5',
  'E+400',
  'e-400',
  'e9999',
  'e131071',
  'e131072',
  'e200000',
  'e-16383',
  'e-16390',
  'e-20000',
);
const number = fc.tuple(digits, exponent).map((parts) => parts.join(''));
const value = fc.oneof(text, number, fc.constantFrom('null', 'true', '[]', '{}'));
const payload = fc
  .array(
    fc.tuple(
      text,
      fc.oneof(
        value,
        fc.array(value, { maxLength: 3 }).map((list) => `[${list.join(', ')}]`),
      ),
    ),
    { maxLength: 4 },
  )
  .map((members) => `{${members.map(([key, member]) => `${key}: ${member}`).join(', ')}}`);

describe('a payload', () => {
  test('is refused if Postgres would refuse it as jsonb, and accepts what is accepted here', async () => {
    await fc.assert(
      fc.asyncProperty(payload, async (json) => {
        const isRefused = refusal(json) !== undefined;
        expect({ json, isRefused: isRefused || !(await isAccepted(json)) }).toEqual({ json, isRefused });
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  test.each([
    ['{"a":"\\u0000"}', 'NUL'],
    ['{"\\u0000":1}', 'NUL'],
    ['{"a":"\\\\\\u0000"}', 'NUL'],
    ['{"a":"\\ud83d"}', 'half of a character'],
    ['{"a":"\\ude00\\ud83d"}', 'half of a character'],
    ['{"a":[{"b":1e131072}]}', 'number'],
    ['{"a":1e-16384}', 'number'],
    [`{"a":${'9'.repeat(131_073)}}`, 'number'],
    [`{"a":0.${'9'.repeat(16_384)}}`, 'number'],
  ])('%s is refused by both', async (json, reason) => {
    expect(refusal(json)).toContain(reason);
    expect(await isAccepted(json)).toBe(false);
  });

  test.each([
    '{"a":"\\\\u0000"}',
    '{"a":"\\\\ud83d"}',
    '{"a":"\\uD83D\\uDE00"}',
    '{"a":1e131071}',
    '{"a":1e-16383}',
    '{"a":"1e200000"}',
    `{"a":${'9'.repeat(131_072)}}`,
    `{"a":0.${'9'.repeat(16_383)}}`,
  ])('%s is accepted by both', async (json) => {
    expect(refusal(json)).toBeUndefined();
    expect(await isAccepted(json)).toBe(true);
  });

  test('is refused when it is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0xbd]), Buffer.from('"}')]);
    expect(refusalOf({ externalId: 'a', payload: bytes })).toContain('half of a character');
  });
});

test.each([
  ['', 'empty'],
  ['a\u0000', 'NUL'],
  ['\ud83d', 'half of a character'],
  ['x'.repeat(1_025), '1024 bytes'],
])('the id %j is refused', (id, reason) => {
  expect(refusal('{}', id)).toContain(reason);
});

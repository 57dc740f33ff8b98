import { describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { postgresError } from '../../../src/sources/postgres/errors.ts';

const PLACE = { host: 'db', port: 5432, database: 'hr', user: 'ann', secretRef: 'hr-db' };

const failed = (message: string, properties: object = {}) => Object.assign(new Error(message), properties);
const inWords = (error: Error, query?: string) => postgresError(error, PLACE, query);

describe('an error of Postgres', () => {
  test('says where it happened and which secret led there', () => {
    expect(inWords(failed('boom')).message).toBe('Postgres source ann@db:5432/hr (secret hr-db): boom');
  });

  test.each([
    ['28P01', 'SOURCE_AUTH_FAILED'],
    ['28000', 'SOURCE_AUTH_FAILED'],
    ['3D000', 'SECRET_INVALID'],
    ['42501', 'SOURCE_PERMISSION'],
    ['42P01', 'SOURCE_QUERY_INVALID'],
    ['42703', 'SOURCE_QUERY_INVALID'],
    ['25006', 'SOURCE_QUERY_INVALID'],
    ['22012', 'SOURCE_REFUSED'],
    ['57014', 'SOURCE_TIMEOUT'],
    ['25P04', 'SOURCE_TIMEOUT'],
    ['57P01', 'SOURCE_LOST'],
    ['40001', 'SOURCE_LOST'],
    ['08006', 'SOURCE_LOST'],
    ['53300', 'SOURCE_UNREACHABLE'],
    ['XX000', 'SOURCE_REFUSED'],
    ['ENOTFOUND', 'SOURCE_UNREACHABLE'],
    ['EAI_AGAIN', 'SOURCE_UNREACHABLE'],
    ['ECONNREFUSED', 'SOURCE_UNREACHABLE'],
    ['ETIMEDOUT', 'SOURCE_TIMEOUT'],
    ['ECONNRESET', 'SOURCE_LOST'],
    ['ENOENT', 'SOURCE_TLS'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'SOURCE_TLS'],
    ['CERT_HAS_EXPIRED', 'SOURCE_TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'SOURCE_TLS'],
  ])('of code %s is a %s with a hint', (code, ours) => {
    const error = inWords(failed('words', { code }));
    expect(error.code).toBe(ours);
    expect(error.hint).toEqual(expect.any(String));
  });

  test('tells a cancel by hand from a timeout', () => {
    const code = '57014';
    expect(inWords(failed('canceling statement due to statement timeout', { code })).code).toBe(
      'SOURCE_TIMEOUT',
    );
    expect(inWords(failed('canceling statement due to user request', { code })).code).toBe('SOURCE_LOST');
  });

  test('carries the hint of the database', () => {
    const error = failed('column "nme" does not exist', { code: '42703', hint: 'Perhaps you meant "name".' });
    expect(inWords(error).message).toContain('column "nme" does not exist. Perhaps you meant "name".');
  });

  test('of several addresses tells what each of them said', () => {
    const tries = [failed('connect ECONNREFUSED ::1:1'), failed('connect ECONNREFUSED 127.0.0.1:1')];
    const error = Object.assign(new AggregateError(tries), { code: 'ECONNREFUSED' });
    const { code, message } = inWords(error);
    expect(code).toBe('SOURCE_UNREACHABLE');
    expect(message).toMatch(/::1:1.*127\.0\.0\.1:1/);
  });

  test.each([
    ['SELECT x', '8', ' (query line 1, column 8: SELECT x)'],
    ['SELECT\n  x', '10', ' (query line 2, column 3: x)'],
    ["SELECT '😀', x", '13', ` (query line 1, column 13: SELECT '😀', x)`],
    ['SELECT x', '9', ' (query line 1, column 9: SELECT x)'],
    ['SELECT x', '10', ''],
    ['SELECT x', '0', ''],
    ['SELECT x', undefined, ''],
  ])('in the query %j at position %s says%s', (query, position, words) => {
    const error = failed('boom', { code: '42601', position });
    expect(inWords(error, query).message).toBe(`Postgres source ann@db:5432/hr (secret hr-db): boom${words}`);
  });

  test('that is ours already stays as it is', () => {
    const error = new BridgeError('NOT_SUPPORTED', 'no');
    expect(inWords(error)).toBe(error);
  });
});

import { describe, expect, test } from '@jest/globals';
import { DeadlineError } from '../../src/core/time/deadline.ts';
import { networkErrorOf } from '../../src/net/network-error.ts';
import { networkWords } from '../../src/net/network-error-text.ts';

const failed = (code: string, properties: object = {}) =>
  Object.assign(new Error(code), { code, ...properties });
const connecting = (code: string, address: string, port?: number) =>
  failed(code, { syscall: 'connect', address, port });

describe('an error of the network', () => {
  test.each([
    [['ETIMEDOUT', 'ECONNREFUSED'], 'refused'],
    [['ENETUNREACH', 'ECONNREFUSED'], 'refused'],
    [['ENETUNREACH', 'ETIMEDOUT'], 'timed_out'],
    [['ECONNREFUSED', 'CERT_HAS_EXPIRED'], 'certificate'],
    [['EADDRNOTAVAIL', 'EHOSTUNREACH'], 'unreachable'],
  ])('of several addresses that failed with %j is the one that came furthest: %s', (codes, meaning) => {
    const tries = codes.map((code) => connecting(code, '::1', 1));
    const error = Object.assign(new AggregateError(tries), { code: codes[0] });
    expect(networkErrorOf(new Error('wrapped', { cause: error }))?.meaning).toBe(meaning);
  });

  test.each([
    ['ENOENT', 'socket_missing'],
    ['ECONNREFUSED', 'socket_missing'],
    ['EACCES', 'socket_forbidden'],
  ])('at a Unix socket with the code %s is %s', (code, meaning) => {
    expect(networkErrorOf(connecting(code, '/run/db.sock'))).toMatchObject({ meaning, at: '/run/db.sock' });
  });

  test('that a local firewall raised is not one of files', () => {
    expect(networkErrorOf(connecting('EACCES', '10.0.0.1', 1))?.meaning).toBe('unreachable');
    expect(networkErrorOf(failed('EACCES', { syscall: 'open', path: '/ca.pem' }))).toBeUndefined();
  });

  test.each([
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'lost', true],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'certificate', false],
    ['ERR_OSSL_PEM_NO_START_LINE', 'certificate', false],
    ['EPIPE', 'lost', true],
    ['UND_ERR_HEADERS_TIMEOUT', 'timed_out', true],
    ['EAI_AGAIN', 'name_server_failed', true],
  ])('with the code %s is %s, and a retry helps: %s', (code, meaning, retryable) => {
    expect(networkErrorOf(failed(code))).toMatchObject({ code, meaning, retryable });
  });

  test.each([
    ['Proxy response (407) !== 200 when HTTP Tunneling', { meaning: 'proxy_login', retryable: false }],
    ['Proxy response (503) !== 200 when HTTP Tunneling', { meaning: 'proxy_refused', status: 503 }],
  ])('of a proxy is known by its words: %s', (message, expected) => {
    const error = Object.assign(new Error(message), { code: 'UND_ERR_ABORTED' });
    expect(networkErrorOf(error)).toMatchObject(expected);
  });

  test.each([
    [connecting('ECONNREFUSED', '127.0.0.1', 1), true],
    [connecting('EHOSTUNREACH', '10.0.0.1', 1), true],
    [failed('EHOSTUNREACH', { syscall: 'read' }), false],
    [connecting('ETIMEDOUT', '10.0.0.1', 1), true],
    [failed('ETIMEDOUT', { syscall: 'read' }), false],
    [failed('ECONNRESET', { syscall: 'read' }), false],
    [failed('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'), false],
    [Object.assign(new Error('tls: wrong version number'), { code: 'EPROTO' }), true],
    [failed('CERT_HAS_EXPIRED'), true],
    [new DeadlineError('No answer within 1 s.'), false],
  ])('says whether a request can have been sent: %s', (error, unsent) => {
    expect(networkErrorOf(error)?.unsent).toBe(unsent);
  });

  test.each([
    [connecting('ECONNREFUSED', '::1', 5432), '[::1]:5432 refused the connection (ECONNREFUSED)'],
    [
      Object.assign(
        new Error('request to http://h/?key=s failed, reason: connect ECONNREFUSED 127.0.0.1:1'),
        {
          code: 'ECONNREFUSED',
        },
      ),
      '127.0.0.1:1 refused the connection (ECONNREFUSED)',
    ],
    [
      failed('ENOTFOUND', { syscall: 'getaddrinfo', hostname: 'db.invalid' }),
      'the host name db.invalid was not found (ENOTFOUND)',
    ],
    [
      Object.assign(new Error('Connect Timeout Error (attempted address: 10.0.0.1:443, timeout: 10000ms)'), {
        code: 'UND_ERR_CONNECT_TIMEOUT',
      }),
      'no connection to 10.0.0.1:443 was made in time (UND_ERR_CONNECT_TIMEOUT)',
    ],
    [
      failed('UND_ERR_SOCKET', { socket: { remoteAddress: '10.0.0.1', remotePort: 80 } }),
      'the connection to 10.0.0.1:80 was lost (UND_ERR_SOCKET)',
    ],
  ])('is told with its place and without a URL: %s', (error, words) => {
    const network = networkErrorOf(error);
    expect(network === undefined ? undefined : networkWords(network)).toBe(words);
  });

  test.each([new Error('a bug'), failed('42P01'), failed('SQLITE_BUSY'), 'text', undefined, null])(
    'is not %s',
    (thrown) => {
      expect(networkErrorOf(thrown)).toBeUndefined();
    },
  );

  test('is looked for only so deep, also when an error is its own cause', () => {
    const error = new Error('a loop');
    error.cause = error;
    expect(networkErrorOf(error)).toBeUndefined();
  });
});

import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { HTTP_PAGE_BYTES_MAX } from '../../../src/rest/limits.ts';
import { drop, hang, json, raw, type Reply } from '../../support/http/http-server.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const TOKEN = 'tok-canary-5a5a';
const OK = json(200, [{ id: 1, name: 'x' }]);
const HTML = '<!DOCTYPE html><html><body>Please log in</body></html>';

async function api(replies: readonly Reply[], more: Parameters<typeof restSource>[0] = {}) {
  const server = await servers.answering(...replies);
  const made = restSource(
    { url: `${server.url}/articles`, secretRef: 'kb', ...more },
    { secrets: { kb: TOKEN } },
  );
  const read = async () => {
    const { rows } = await readAll(made.source);
    return rows.map(({ id }) => id);
  };
  return { server, read, failure: () => failureOf(read), ...made };
}

describe('a response that is not a page', () => {
  test.each<[string, Reply, string, RegExp, RegExp]>([
    [
      'HTML',
      raw(200, HTML, { 'content-type': 'text/html' }),
      'SOURCE_ANSWER_INVALID',
      /HTML instead of JSON/,
      /login page/,
    ],
    [
      'HTML that calls itself JSON',
      raw(200, `\n${HTML}`, { 'content-type': 'application/json' }),
      'SOURCE_ANSWER_INVALID',
      /HTML/,
      /login/,
    ],
    [
      'nothing',
      raw(204, ''),
      'SOURCE_ANSWER_INVALID',
      /204 with nothing, which is not an empty list/,
      /source\.url/,
    ],
    [
      'text',
      raw(200, 'OK'),
      'SOURCE_ANSWER_INVALID',
      /2 bytes that cannot be taken as JSON: it has an unexpected character at byte 1/,
      /answers JSON/,
    ],
    ['not modified', raw(304, ''), 'SOURCE_ANSWER_INVALID', /304 Not Modified/, /source\.headers/],
    [
      'a wrong request',
      json(400, { message: 'no such field' }),
      'SOURCE_REFUSED',
      /400 Bad Request: {"message":"no such field"}/,
      /payload/,
    ],
    [
      'no such address',
      raw(404, HTML, { 'content-type': 'text/html' }),
      'SOURCE_REFUSED',
      /404 Not Found: a page of HTML\./,
      /source\.url/,
    ],
    ['a wrong method', json(405, {}), 'SOURCE_REFUSED', /405/, /source\.method/],
    ['a wrong token', json(401, { message: 'bad' }), 'SOURCE_AUTH_FAILED', /401 Unauthorized/, /secret/],
    ['no permission', json(403, {}), 'SOURCE_PERMISSION', /403 Forbidden/, /owner/],
    [
      'an error with success',
      json(200, { error: { code: 17, message: 'down' } }),
      'SOURCE_REFUSED',
      /success and an error: .*down/,
      /quotes/,
    ],
    [
      'errors beside data',
      json(200, { data: [], errors: [{ message: 'half' }] }),
      'SOURCE_REFUSED',
      /success and an errors/,
      /quotes/,
    ],
  ])('is an error that says what to do: %s', async (_, reply, code, message, hint) => {
    const { failure, server } = await api([reply]);
    const error = await failure();
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.message).toContain(`GET ${server.url}/articles`);
    expect(error.hint).toMatch(hint);
    expect(error.retryable).toBe(false);
    expect(server.received).toHaveLength(1);
  });

  test('is refused when it is not UTF-8', async () => {
    const latin: Reply = (response) => {
      response.writeHead(200);
      response.end(Buffer.from('[{"id":1,"name":"caf\xe9"}]', 'latin1'));
    };
    const { failure } = await api([latin]);
    expect(await failure()).toMatchObject({
      code: 'SOURCE_ANSWER_INVALID',
      message: expect.stringContaining('not UTF-8'),
    });
  });

  test('is refused when it is larger than a page and has no records, and not read to its end', async () => {
    let sent = 0;
    const endless: Reply = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(1_048_576, ' ');
      const more = (): void => {
        while (!response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
      };
      more();
    };
    const { failure } = await api([endless]);
    expect(await failure()).toMatchObject({
      code: 'SOURCE_ANSWER_TOO_LARGE',
      message: expect.stringContaining('outside the list of its records'),
      hint: expect.stringContaining('smaller pages'),
    });
    expect(sent).toBeLessThan(HTTP_PAGE_BYTES_MAX * 2);
  });

  test('is refused when it unpacks to more than a page may have', async () => {
    const bomb = gzipSync(Buffer.alloc(HTTP_PAGE_BYTES_MAX + 10, ' '));
    const { failure } = await api([
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    ]);
    expect(await failure()).toMatchObject({ code: 'SOURCE_ANSWER_TOO_LARGE' });
  });
});

test('a page that is packed with gzip is unpacked', async () => {
  const packed = gzipSync('[{"id":7,"name":"x"}]');
  const { read, server } = await api([
    (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
  ]);
  expect(await read()).toEqual(['7']);
  expect(server.received[0]?.headers['accept-encoding']).toBe('gzip');
});

describe('a request is tried again', () => {
  const cut = raw(200, '[{"id":1,"name":"x"},{"id":2');
  const broken: Reply = (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('[{"id":1');
    setImmediate(() => response.destroy());
  };

  test.each<[string, Reply]>([
    ['500', json(500, {})],
    ['502', raw(502, HTML)],
    ['503', json(503, {})],
    ['408', json(408, {})],
    ['429', json(429, {})],
    ['a lost connection', drop],
    ['a body that breaks off', broken],
    ['JSON that is cut off', cut],
  ])('after %s', async (_, reply) => {
    const { read, server, lines } = await api([reply, reply, OK]);
    expect(await read()).toEqual(['1']);
    expect(server.received).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(2);
  });

  test.each<[string, Reply, string]>([
    ['500', json(500, {}), 'SOURCE_UNREACHABLE'],
    ['429', json(429, {}), 'SOURCE_RATE_LIMITED'],
    ['a lost connection', drop, 'SOURCE_LOST'],
    ['JSON that is cut off', cut, 'SOURCE_LOST'],
  ])('and finally is an error to retry later: %s', async (_, reply, code) => {
    const { failure, server } = await api([reply]);
    expect(await failure()).toMatchObject({
      code,
      exit: 75,
      message: expect.stringContaining(', after 3 attempts'),
    });
    expect(server.received).toHaveLength(3);
  });

  test('and finally, without a listener, is an error that names the address', async () => {
    const { failure, server } = await api([OK]);
    await server.close();
    expect(await failure()).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
      hint: expect.stringContaining('source.url'),
    });
  });

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['seconds', { 'retry-after': '20' }, 20_000],
    ['a date', { 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT' }, 30_000],
    ['the time of the reset', { 'x-ratelimit-reset': '1795176040' }, 40_000],
    ['the time of the reset in milliseconds', { 'x-ratelimit-reset': '1795176040000' }, 40_000],
    ['the seconds to the reset', { 'ratelimit-reset': '50' }, 50_000],
    ['both, of which Retry-After counts', { 'retry-after': '5', 'ratelimit-reset': '50' }, 5_000],
    ['nonsense', { 'x-ratelimit-reset': 'soon' }, 0],
    ['seconds with decimals', { 'retry-after': '1.5' }, 1_500],
    ['seconds to the reset with decimals', { 'ratelimit-reset': '2.25' }, 2_250],
    ['a date as RFC 850 has it', { 'retry-after': 'Friday, 20-Nov-26 12:00:30 GMT' }, 30_000],
    ['the time of the reset in ISO 8601', { 'x-ratelimit-reset': '2026-11-20T12:01Z' }, 60_000],
    ['a number that only Date.parse takes for a year', { 'x-ratelimit-reset': '3600.5.1' }, 0],
    ['a time gone by', { 'x-ratelimit-reset': '1700000000' }, 0],
  ])('after the time that the API asks for, in %s', async (_, headers, ms) => {
    const { read, waits } = await api([json(429, {}, headers), OK]);
    expect(await read()).toEqual(['1']);
    expect(waits).toEqual([ms]);
  });

  test('when a 403 says that the limit is used up', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '10' };
    const { read, waits } = await api([json(403, {}, headers), OK]);
    expect(await read()).toEqual(['1']);
    expect(waits).toEqual([10_000]);
  });

  test.each<[string, unknown, Readonly<Record<string, string>>, number]>([
    [
      'Retry-After',
      { message: 'Please wait' },
      { 'retry-after': '3', 'x-ratelimit-remaining': '4870' },
      3_000,
    ],
    ['a Retry-After that is over', {}, { 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, 0],
    [
      'the reason of a Google API',
      { error: { code: 403, errors: [{ domain: 'usageLimits', reason: 'userRateLimitExceeded' }] } },
      {},
      0,
    ],
    ['another reason of a Google API', { error: { errors: [{ reason: 'rateLimitExceeded' }] } }, {}, 0],
    ['the words of GitHub', { message: 'You have exceeded a secondary rate limit.' }, {}, 0],
    ['the status of Google', { error: { code: 403, status: 'RESOURCE_EXHAUSTED' } }, {}, 0],
    ['the code of Salesforce', [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests' }], {}, 0],
    ['usual words', { message: 'API rate limit exceeded for user 7' }, {}, 0],
    ['other usual words', { error: 'You have reached your hourly rate limit' }, {}, 0],
  ])('when a 403 has %s', async (_, body, headers, ms) => {
    const { read, waits } = await api([json(403, body, headers), OK]);
    expect(await read()).toEqual(['1']);
    expect(waits).toEqual([ms]);
  });

  test('not when a 403 has a Retry-After that is not a time', async () => {
    const { failure, server } = await api([json(403, {}, { 'retry-after': 'never' })]);
    expect(await failure()).toMatchObject({ code: 'SOURCE_PERMISSION', exit: 77 });
    expect(server.received).toHaveLength(1);
  });

  test('by a run of next month at the latest, when the time of the reset is in microseconds', async () => {
    const { failure } = await api([json(429, {}, { 'x-ratelimit-reset': '1795176040000000' })]);
    expect((await failure()).nextRunAfter).toEqual(new Date('2026-12-21T12:00:00Z'));
  });

  test('by another run, when a 403 asks for a long wait with decimals', async () => {
    const { failure, server } = await api([json(403, {}, { 'retry-after': '3600.5' })]);
    const error = await failure();
    expect(error).toMatchObject({ code: 'SOURCE_RATE_LIMITED', exit: 75 });
    expect(error.nextRunAfter).toEqual(new Date('2026-11-20T13:00:00.500Z'));
    expect(server.received).toHaveLength(1);
  });

  test('by another run, when the API asks for a long wait', async () => {
    const { failure, server, waits } = await api([json(429, {}, { 'retry-after': '86400' })]);
    const error = await failure();
    expect(error).toMatchObject({ code: 'SOURCE_RATE_LIMITED', exit: 75, retryable: true });
    expect(error.nextRunAfter).toEqual(new Date('2026-11-21T12:00:00Z'));
    expect(server.received).toHaveLength(1);
    expect(waits).toEqual([]);
  });
});

test('a header that HTTP does not know is a fault of the connector', async () => {
  const { failure, server } = await api([OK], { headers: { 'X-Who': 'Zoë 🙂' } });
  expect(await failure()).toMatchObject({ code: 'CONNECTOR_INVALID', exit: 78 });
  expect(server.received).toEqual([]);
});

test('requests keep to the budget of the connector, those tried again too', async () => {
  const server = await servers.answering(json(503, {}), OK);
  let now = 0;
  const { source, waits } = restSource(
    { url: server.url, rateLimit: { requestsPerMinute: 1 } },
    { clock: { now: () => new Date(0), elapsedMs: () => now++ } },
  );
  await readAll(source);
  expect(waits.filter((ms) => ms > 0)).toEqual([expect.any(Number)]);
  expect(Math.max(...waits)).toBeGreaterThan(59_000);
});

describe('a request that takes too long', () => {
  const trickle: Reply = (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => {
      clearInterval(timer);
    });
  };

  test.each<[string, Reply]>([
    ['is never answered', hang],
    ['is answered byte by byte for ever', trickle],
  ])('is ended: it %s', async (_, reply) => {
    const { failure } = await api([reply], { requestTimeoutSeconds: 1 });
    expect(await failure()).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      exit: 75,
      hint: expect.stringContaining('requestTimeoutSeconds'),
    });
  });

  test('ends at once when the run is stopped', async () => {
    const { source } = await api([hang]);
    const stop = new AbortController();
    const reading = readAll(source, undefined, stop.signal);
    const reason = new Error('stopped');
    setImmediate(() => {
      stop.abort(reason);
    });
    await expect(reading).rejects.toBe(reason);
  });
});

describe('a redirect', () => {
  const to = (location: string, status = 302): Reply => raw(status, '', { location });

  test.each([301, 302, 303, 307, 308])(
    'of the same server is followed, with the token: %i',
    async (status) => {
      const { read, server } = await api([to('/v2/articles', status), OK]);
      expect(await read()).toEqual(['1']);
      expect(server.received.map(({ url, headers }) => [url, headers.authorization])).toEqual([
        ['/articles', `Bearer ${TOKEN}`],
        ['/v2/articles', `Bearer ${TOKEN}`],
      ]);
    },
  );

  test('to another server is refused, and nothing is sent there', async () => {
    const other = await servers.answering(OK);
    const { failure } = await api([to(`${other.url}/articles?token=abc`)]);
    expect(await failure()).toMatchObject({
      code: 'SOURCE_REDIRECT',
      message: expect.stringContaining(`redirected to ${other.url}, which is another server`),
      hint: expect.stringContaining('source.url'),
    });
    expect(other.received).toEqual([]);
  });

  test('in a circle ends', async () => {
    const { failure, server } = await api([to('/b'), to('/a')]);
    expect(await failure()).toMatchObject({
      code: 'SOURCE_REDIRECT',
      message: expect.stringContaining('more than 5'),
    });
    expect(server.received).toHaveLength(6);
  });

  test('of a POST is followed only where it stays one', async () => {
    const kept = await api([to('/v2', 308), OK], { method: 'POST', payload: { a: 1 } });
    expect(await kept.read()).toEqual(['1']);
    expect(kept.server.received[1]).toMatchObject({ method: 'POST', body: '{"a":1}' });
    const lost = await api([to('/v2', 302), OK], { method: 'POST' });
    expect(await lost.failure()).toMatchObject({ code: 'SOURCE_REDIRECT' });
  });
});

import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { GOOGLE_ANSWER_BYTES_MAX } from '../../../src/google/limits.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { createLogger, jsonFormat, silentLogger } from '../../../src/core/log.ts';
import { openApi, type ApiRequest } from '../../../src/gemini/api/api.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import type { LeaseGuard } from '../../../src/pipeline/held-leases.ts';
import { createCertificates } from '../../support/http/certificates.ts';
import { startHttps } from '../../support/http/local-server.ts';
import {
  drop,
  hang,
  json,
  raw,
  refusal,
  startServer,
  type Reply,
  type TestServer,
} from '../../support/http/http-server.ts';

const BRANCH = 'projects/p/locations/global/collections/default_collection/dataStores/d/branches/0';
const GET: ApiRequest = { method: 'GET', path: `${BRANCH}/operations/1`, quota: 'reads', repeatable: true };
const IMPORT: ApiRequest = {
  method: 'POST',
  path: `${BRANCH}/documents:import`,
  body: { secret: 'salary 4711' },
  quota: 'imports',
  repeatable: false,
};
const PAGE = raw(200, '<!DOCTYPE html><title>Sign in</title>', { 'content-type': 'text/html' });
const UNAVAILABLE = refusal(503, 'UNAVAILABLE', 'The service is currently unavailable.');
const EXHAUSTED = refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.');

const never = new AbortController().signal;
const servers: TestServer[] = [];

afterEach(async () => {
  jest.useRealTimers();
  for (const server of servers.splice(0)) await server.close();
});

/** An API that never really waits, and what it logged and how long it would have waited. */
async function apiAt(url: string, retries = 3, leases: LeaseGuard = ALWAYS_HELD) {
  const lines: string[] = [];
  const waits: number[] = [];
  const api = await openApi({
    location: 'global',
    projectId: 'my-project',
    endpoint: { url, loopback: true },
    retry: { retries, backoffSeconds: 0 },
    leases,
    log: createLogger({
      write: (line) => lines.push(line),
      level: 'debug',
      format: jsonFormat,
      now: () => new Date(),
      redact: (line) => line,
    }),
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  return { api, lines, waits };
}

async function apiWith(...replies: readonly Reply[]) {
  const server = await startServer(...replies);
  servers.push(server);
  return { ...(await apiAt(server.url)), server };
}

/** What became of one request: its answer or its error, and what else was seen. */
async function outcomeOf(request: ApiRequest, ...replies: readonly Reply[]) {
  const { api, server, lines, waits } = await apiWith(...replies);
  const result = await api.request(request, never).catch((error: unknown) => error);
  return { result, sent: server.received, lines: lines.join(''), waits };
}

const failure = (code: string, message = '', hint = '') =>
  expect.objectContaining({
    code,
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  });

describe('a request', () => {
  test('arrives as it is meant, with no credentials for a stand-in on this machine', async () => {
    const { result, sent } = await outcomeOf(
      { ...IMPORT, method: 'PATCH', query: { allowMissing: 'true', 'a b': 'ü&' } },
      json(200, { name: 'operations/1' }),
    );
    expect(result).toEqual({ name: 'operations/1' });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      method: 'PATCH',
      url: `/v1/${BRANCH}/documents:import?allowMissing=true&a+b=%C3%BC%26`,
      body: '{"secret":"salary 4711"}',
      headers: expect.objectContaining({ 'content-type': 'application/json' }),
    });
    expect(sent[0]?.headers).not.toHaveProperty('authorization');
  });

  test('without a body has none', async () => {
    const { sent } = await outcomeOf({ ...GET, method: 'DELETE' }, json(200, {}));
    expect(sent[0]).toMatchObject({ method: 'DELETE', url: `/v1/${GET.path}`, body: '' });
    expect(sent[0]?.headers).not.toHaveProperty('content-type');
  });

  test('to this machine goes to it, also where a proxy is set', async () => {
    const outside = { ...process.env };
    Object.assign(process.env, { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '' });
    const { result } = await outcomeOf(GET, json(200, { done: true }));
    process.env = outside;
    expect(result).toEqual({ done: true });
  });

  test('gets large counts as the text that Google sends', async () => {
    const { result } = await outcomeOf(GET, json(200, { totalCount: '9223372036854775807' }));
    expect(result).toEqual({ totalCount: '9223372036854775807' });
  });

  test('is logged with method, path, status and time, and without its body', async () => {
    const { lines } = await outcomeOf(IMPORT, EXHAUSTED, json(200, {}));
    const [refused, again, answered] = lines
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    const about = { method: 'POST', path: IMPORT.path };
    expect(refused).toMatchObject({ level: 'debug', ...about, status: 429, ms: expect.any(Number) });
    expect(again).toMatchObject({ level: 'warn', ...about, reason: '429 RESOURCE_EXHAUSTED', waitMs: 0 });
    expect(answered).toMatchObject({ level: 'debug', ...about, status: 200 });
    expect(lines).not.toContain('salary');
  });

  test('is not sent to a location that is none', async () => {
    await expect(
      openApi({
        location: 'evil.example.com/',
        projectId: 'p',
        endpoint: undefined,
        retry: { retries: 0, backoffSeconds: 0 },
        leases: ALWAYS_HELD,
        log: silentLogger,
      }),
    ).rejects.toMatchObject({ code: 'CONNECTOR_INVALID' });
  });
});

describe('a request that may be repeated', () => {
  test.each<[string, Reply]>([
    ['503', UNAVAILABLE],
    ['500 of a proxy', raw(502, '<html>Bad Gateway</html>', { 'content-type': 'text/html' })],
    ['429', EXHAUSTED],
    ['a broken connection', drop],
    ['JSON that breaks off', raw(200, '{"name": "oper')],
    [
      'an answer that breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"name":', () => response.destroy());
      },
    ],
  ])('is tried again after %s', async (_, reply) => {
    const { result, sent } = await outcomeOf(GET, reply, reply, json(200, { done: true }));
    expect(result).toEqual({ done: true });
    expect(sent).toHaveLength(3);
  });

  test.each<[string, Reply, unknown]>([
    [
      '503',
      UNAVAILABLE,
      failure('GEMINI_UNREACHABLE', '503 UNAVAILABLE: "The service is currently unavailable."'),
    ],
    ['429', EXHAUSTED, failure('GEMINI_QUOTA', '429 RESOURCE_EXHAUSTED: "Quota exceeded."', 'my-project')],
    ['a broken connection', drop, failure('GEMINI_UNREACHABLE', 'the connection was lost (ECONNRESET)')],
  ])('fails after %s that does not pass, and names what it was', async (_, reply, expected) => {
    const { result, sent } = await outcomeOf(GET, reply);
    expect(sent).toHaveLength(4);
    expect(result).toEqual(expected);
    expect(result).toEqual(failure((result as { code: string }).code, `GET ${GET.path} `));
    expect(result).toMatchObject({ retryable: true, message: expect.stringContaining('after 4 attempts') });
  });

  test('waits as long as Retry-After says', async () => {
    const asked = (headers: Record<string, string>) =>
      refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', { headers });
    const { waits } = await outcomeOf(GET, asked({ 'retry-after': '7' }), asked({}), json(200, {}));
    expect(waits).toEqual([7_000, 0]);
  });

  test('gives up at once when Retry-After asks for an hour, and says until when', async () => {
    const { result, sent } = await outcomeOf(
      GET,
      refusal(503, 'UNAVAILABLE', 'Maintenance.', { headers: { 'retry-after': '3600' } }),
    );
    expect(sent).toHaveLength(1);
    expect(result).toMatchObject({ code: 'GEMINI_UNREACHABLE', retryable: true });
    expect(result).toMatchObject({
      nextRunAfter: expect.any(Date),
      hint: expect.stringMatching(/^Run again after \d{4}-\d\d-\d\dT[\d:.]+Z\.$/),
    });
  });

  test.each<[string, Reply]>([
    ['Retry-After', refusal(403, 'PERMISSION_DENIED', 'Slow down.', { headers: { 'retry-after': '1.5' } })],
    ['its reason', json(403, { error: { code: 403, errors: [{ reason: 'userRateLimitExceeded' }] } })],
    ['a body that is not gzip', raw(429, 'plain', { 'content-encoding': 'gzip' })],
    ['an empty body that names a coding', raw(503, '', { 'content-encoding': 'gzip' })],
  ])('is retried after a limit or a failure that is told by %s', async (_, reply) => {
    const { result, sent, lines } = await outcomeOf(GET, reply, json(200, { done: true }));
    expect(result).toEqual({ done: true });
    expect(sent).toHaveLength(2);
    expect(lines).toContain('a request failed; it is retried after a wait');
  });

  test('says that the connection was refused', async () => {
    const server = await startServer(hang);
    await server.close();
    const { api, waits } = await apiAt(server.url);
    await expect(api.request(GET, never)).rejects.toEqual(failure('GEMINI_UNREACHABLE', 'ECONNREFUSED'));
    expect(waits).toHaveLength(3);
  });
});

describe('a request that may not be repeated', () => {
  test('is tried again after 429, which comes before any effect', async () => {
    const { result, sent } = await outcomeOf(IMPORT, EXHAUSTED, json(200, { name: 'operations/1' }));
    expect(result).toEqual({ name: 'operations/1' });
    expect(sent.map(({ body }) => body)).toEqual(Array(2).fill('{"secret":"salary 4711"}'));
  });

  test('is retried when the connection is refused', async () => {
    const server = await startServer(hang);
    await server.close();
    const { api, waits } = await apiAt(server.url);
    await expect(api.request(IMPORT, never)).rejects.toEqual(failure('GEMINI_UNREACHABLE', 'ECONNREFUSED'));
    expect(waits).toHaveLength(3);
  });

  test('is tried again when the name is not found', async () => {
    // RFC 6761: names below `invalid` never exist.
    const { api, waits } = await apiAt('http://no-such-host.invalid');
    await expect(api.request(IMPORT, never)).rejects.toMatchObject({ code: 'GEMINI_UNREACHABLE' });
    expect(waits).toHaveLength(3);
  });

  test.each<[string, Reply]>([
    ['503', UNAVAILABLE],
    ['a broken connection', drop],
    ['JSON that breaks off', raw(200, '{"name": "oper')],
    ['a web page in place of the answer', PAGE],
    ['an empty answer', raw(200, '')],
    ['a redirect', raw(302, '', { location: 'https://login.example.com/' })],
    ['a refusal that is not Google’s', raw(403, 'Denied by policy')],
    ['too large an answer', raw(200, ' '.repeat(GOOGLE_ANSWER_BYTES_MAX + 1))],
  ])('is sent once, and reported as unclear after %s', async (_, reply) => {
    const { result, sent, waits } = await outcomeOf(IMPORT, reply);
    expect(result).toEqual(failure('GEMINI_UNCLEAR', `POST ${IMPORT.path} `, 'checks before'));
    expect(sent).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  test.each<[string, Reply, string]>([
    ['400', refusal(400, 'INVALID_ARGUMENT', 'Bad id.'), 'GEMINI_REFUSED'],
    ['404', refusal(404, 'NOT_FOUND', 'No such store.'), 'GEMINI_NOT_FOUND'],
    ['409 ABORTED', refusal(409, 'ABORTED', 'Another operation.'), 'GEMINI_BUSY'],
  ])('is clearly refused by %s, which had no effect', async (_, reply, code) => {
    const { result, sent } = await outcomeOf(IMPORT, reply);
    expect(result).toMatchObject({ code });
    expect(sent).toHaveLength(1);
  });
});

describe('something between', () => {
  test('that answers with a web page is distinguished from Google', async () => {
    const { result, sent } = await outcomeOf(GET, PAGE);
    expect(result).toEqual(failure('GEMINI_UNREACHABLE', '200 and a web page', 'HTTPS_PROXY'));
    expect(sent).toHaveLength(1);
  });

  test('that redirects is not followed, not to the same server either', async () => {
    const elsewhere = await startServer(json(200, { stolen: true }));
    servers.push(elsewhere);
    const away = await outcomeOf(IMPORT, raw(307, '', { location: `${elsewhere.url}/x?token=1` }));
    expect(away.result).toEqual(failure('GEMINI_UNCLEAR', `(307) to ${elsewhere.url}`));
    expect(elsewhere.received).toEqual([]);
    const here = await outcomeOf(GET, raw(301, '', { location: '/v1/other' }), json(200, {}));
    expect(here.result).toEqual(failure('GEMINI_UNREACHABLE', '(301)', 'HTTPS_PROXY'));
    expect(here.sent).toHaveLength(1);
  });

  test('that sends an endless body is cut off', async () => {
    const chunk = ' '.repeat(1_048_576);
    let sentBytes = 0;
    const { result, sent } = await outcomeOf(GET, (response) => {
      const more = () => {
        if (response.destroyed) return;
        sentBytes += chunk.length;
        response.write(chunk, more);
      };
      more();
    });
    expect(result).toEqual(failure('GEMINI_REFUSED', 'over limit'));
    expect(sent).toHaveLength(1);
    expect(sentBytes).toBeLessThan(10 * GOOGLE_ANSWER_BYTES_MAX);
  });

  test('that presents an untrusted certificate gets no request, and is not retried', async () => {
    const received = jest.fn();
    const server = await startHttps(createCertificates(), received);
    const { api, waits } = await apiAt(server.origin);
    const error = await api.request(IMPORT, never).catch((thrown: unknown) => thrown);
    await server.close();
    expect(error).toEqual(failure('GEMINI_UNREACHABLE', 'certificate', 'NODE_EXTRA_CA_CERTS'));
    expect(waits).toEqual([]);
    expect(received).not.toHaveBeenCalled();
  });

  test('that announces a body over the limit is not read', async () => {
    const { result } = await outcomeOf(GET, (response) => {
      response.writeHead(200, { 'content-length': `${GOOGLE_ANSWER_BYTES_MAX + 1}` });
      response.flushHeaders();
    });
    expect(result).toEqual(failure('GEMINI_REFUSED', 'over the limit'));
  });
});

describe('a server that does not answer', () => {
  test.each([
    ['an import', 299_999, { ...IMPORT, repeatable: true }],
    ['any other request', 59_999, GET],
  ])('is given up on in its time: %s', async (_, almostMs, request) => {
    const { api, server } = await apiWith(hang, json(200, { done: true }));
    // Only what our deadline uses: the sockets keep their own time.
    jest.useFakeTimers({
      doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'setInterval', 'Date', 'performance'],
    });
    const result = api.request(request, never);
    await arrived(server, 1);
    await jest.advanceTimersByTimeAsync(almostMs);
    expect(server.received).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    await expect(result).resolves.toEqual({ done: true });
    expect(server.received).toHaveLength(2);
  });

  test('does not hold up a run that is stopped: the reason of the signal comes out', async () => {
    const { api, server } = await apiWith(hang);
    const stop = new AbortController();
    const reason = new Error('SIGTERM');
    const result = api.request(IMPORT, stop.signal).catch((error: unknown) => error);
    await arrived(server, 1);
    stop.abort(reason);
    expect(await result).toBe(reason);
    await expect(api.request(GET, stop.signal)).rejects.toBe(reason);
    expect(server.received).toHaveLength(1);
  });
});

describe('the quota', () => {
  test('of imports lets five pass and makes the sixth wait', async () => {
    const { api, waits } = await apiWith(json(200, {}));
    for (let request = 0; request < 5; request++) await api.request(IMPORT, never);
    expect(waits).toEqual([]);
    await api.request(IMPORT, never);
    await api.request(GET, never);
    expect(waits).toEqual([expect.any(Number)]);
    expect(waits[0]).toBeGreaterThan(0);
    expect(waits[0]).toBeLessThanOrEqual(60_000);
  });
});

/** Waits by turns of the event loop, because timers may be a test's own. */
async function arrived(server: TestServer, requests: number): Promise<void> {
  while (server.received.length < requests) await new Promise((resolve) => setImmediate(resolve));
}

describe('a request of a run whose lease', () => {
  const lost = new BridgeError('LEASE_LOST', 'another run took over');
  /** Number of attempts during which the lease is held. */
  const heldFor = (attempts: number): LeaseGuard & { asked: number } => ({
    asked: 0,
    requireHeld() {
      this.asked += 1;
      return this.asked > attempts ? Promise.reject(lost) : Promise.resolve();
    },
  });
  const requests: readonly ApiRequest[] = [
    IMPORT,
    { method: 'DELETE', path: `${BRANCH}/documents/1`, quota: 'writes', repeatable: true },
    { method: 'PATCH', path: `${BRANCH}/documents/1`, body: {}, quota: 'writes', repeatable: true },
  ];

  async function sentBy(request: ApiRequest, leases: LeaseGuard, ...replies: readonly Reply[]) {
    const server = await startServer(...replies);
    servers.push(server);
    const { api } = await apiAt(server.url, 3, leases);
    const result = await api.request(request, never).catch((error: unknown) => error);
    return { result, sent: server.received.length };
  }

  test.each(requests)('is lost is not sent: $method', async (request) => {
    expect(await sentBy(request, heldFor(0), json(200, {}))).toEqual({ result: lost, sent: 0 });
  });

  test.each(requests)('is lost during the wait for a retry is not sent again: $method', async (request) => {
    expect(await sentBy(request, heldFor(1), EXHAUSTED, json(200, {}))).toEqual({ result: lost, sent: 1 });
  });

  test('is lost may still ask what it likes', async () => {
    const leases = heldFor(0);
    expect(await sentBy(GET, leases, EXHAUSTED, json(200, { done: true }))).toEqual({
      result: { done: true },
      sent: 2,
    });
    expect(leases.asked).toBe(0);
  });
});

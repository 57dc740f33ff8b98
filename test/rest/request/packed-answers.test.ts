import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { HTTP_PAGE_BYTES_MAX } from '../../../src/rest/limits.ts';
import { json, type Reply } from '../../support/http/http-server.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { restSource } from '../../support/http/rest-source.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const PAGE = '[{"id":1,"name":"x"}]';
const OK = json(200, [{ id: 1, name: 'x' }]);

/** An answer of these bytes, whatever its headers say of them. */
const bytes =
  (status: number, body: Uint8Array | string, headers: Readonly<Record<string, string>>): Reply =>
  (response) =>
    response.writeHead(status, headers).end(body);

/** An answer written to the socket as it is, because Node's server corrects some headers. */
const onWire =
  (text: string): Reply =>
  (response) =>
    response.socket?.write(text.replaceAll('\n', '\r\n'));

async function api(replies: readonly Reply[], more: Parameters<typeof restSource>[0] = {}) {
  const server = await servers.answering(...replies);
  const made = restSource(
    { url: `${server.url}/articles`, ...more },
    { secrets: { cs: 'client-secret-1' }, retry: { retries: 2, backoffSeconds: 0 } },
  );
  const read = async (checkpoint?: string) => {
    const { rows, end } = await readAll(made.source, checkpoint);
    return { ids: rows.map(({ id }) => id), checkpoint: end.checkpoint };
  };
  return { server, read, failure: () => failureOf(read), ...made };
}

describe('an unchanged answer', () => {
  const first = bytes(200, gzipSync(PAGE), {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    etag: '"v1"',
  });

  test.each<[string, Reply]>([
    ['names a content coding', bytes(304, '', { etag: '"v1"', 'content-encoding': 'gzip' })],
    ['names a content coding that is not known', bytes(304, '', { 'content-encoding': 'zstd' })],
    ['has the length of the page', onWire('HTTP/1.1 304 Not Modified\nETag: "v1"\nContent-Length: 77\n\n')],
  ])('is taken as unchanged when it %s', async (_, unchanged) => {
    const { read, server } = await api([first, unchanged]);
    const { ids, checkpoint } = await read();
    expect(ids).toEqual(['1']);
    expect(server.received).toHaveLength(1);
    for (let run = 2; run <= 3; run++) {
      expect(await read(checkpoint)).toMatchObject({ ids: [] });
      expect(server.received).toHaveLength(run);
    }
  });
});

describe('the status of an answer', () => {
  const packedNothing = (status: number, headers: Readonly<Record<string, string>> = {}) =>
    bytes(status, '', { 'content-encoding': 'gzip', 'content-length': '0', ...headers });
  const brotli = (status: number, text: string) =>
    bytes(status, brotliCompressSync(text), { 'content-encoding': 'br', 'retry-after': '7' });

  test.each<[string, Reply, number]>([
    ['429 without content', packedNothing(429, { 'retry-after': '2' }), 2_000],
    ['429 in brotli', brotli(429, 'slow down'), 7_000],
    ['503 in brotli', brotli(503, 'maintenance'), 7_000],
    ['503 that is not gzip', bytes(503, 'plain', { 'content-encoding': 'gzip', 'retry-after': '3' }), 3_000],
    ['503 in an unknown coding', bytes(503, '\u0000\u0001', { 'content-encoding': 'zstd' }), 0],
    [
      '429 that breaks off',
      onWire('HTTP/1.1 429 Too Many Requests\nRetry-After: 4\nContent-Length: 99\nConnection: close\n\nslow'),
      4_000,
    ],
  ])('counts whatever its body is: %s', async (name, reply, waitMs) => {
    const cut: Reply = (response, request) => {
      reply(response, request);
      response.socket?.end();
    };
    const { read, waits } = await api([name.includes('breaks off') ? cut : reply, OK]);
    expect((await read()).ids).toEqual(['1']);
    expect(waits).toEqual([waitMs]);
  });

  test('counts when its body never ends', async () => {
    const endless: Reply = (response) => {
      response.writeHead(429, { 'retry-after': '9' });
      response.write('slow');
    };
    const { read, waits } = await api([endless, OK]);
    expect((await read()).ids).toEqual(['1']);
    expect(waits).toEqual([9_000]);
  });

  test('is in the error, with the words that could be unpacked', async () => {
    const { failure } = await api([brotli(404, '{"message":"no such space"}')]);
    expect(await failure()).toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringContaining('404 Not Found: {"message":"no such space"}'),
    });
  });

  test('leads on when a redirect names a coding and has no body', async () => {
    const { read, server } = await api([packedNothing(302, { location: '/v2' }), OK]);
    expect((await read()).ids).toEqual(['1']);
    expect(server.received[1]?.url).toBe('/v2');
  });

  test('asks for a new token when a 401 names a coding and has no body', async () => {
    let tokens = 0;
    const reply: Reply = (response, request) => {
      const { url, headers } = request;
      if (url === '/token') json(200, { access_token: `t${++tokens}` })(response, request);
      else (headers.authorization === 'Bearer t1' ? packedNothing(401) : OK)(response, request);
    };
    const server = await servers.answering(reply);
    const oauth = {
      grantType: 'client_credentials',
      tokenUrl: `${server.url}/token`,
      clientId: 'c',
      clientSecretRef: 'cs',
    } as const;
    const { source } = restSource({ url: server.url, oauth }, { secrets: { cs: 'client-secret-1' } });
    expect((await readAll(source)).rows).toHaveLength(1);
    expect(tokens).toBe(2);
  });
});

describe('a page', () => {
  test.each(['utf-8', 'none', 'identity, identity', 'application/json', 'UTF-8, identity', ''])(
    'in the clear is read when its coding is %j',
    async (coding) => {
      const { read } = await api([bytes(200, PAGE, { 'content-encoding': coding })]);
      expect((await read()).ids).toEqual(['1']);
    },
  );

  test.each<[string, Buffer]>([
    ['br', brotliCompressSync(PAGE)],
    ['deflate', deflateSync(PAGE)],
    ['deflate', deflateRawSync(PAGE)],
    ['X-GZIP', gzipSync(PAGE)],
    ['utf-8, gzip', gzipSync(PAGE)],
    ['br, gzip', gzipSync(brotliCompressSync(PAGE))],
  ])('is unpacked when its coding is %j', async (coding, packed) => {
    const { read } = await api([bytes(200, packed, { 'content-encoding': coding })]);
    expect((await read()).ids).toEqual(['1']);
  });

  test.each<[string, string, Uint8Array | string, string, RegExp]>([
    [
      'a coding that is not known',
      'zstd',
      '\u0028\u00b5\u002f\u00fd',
      'SOURCE_ANSWER_INVALID',
      /packed as "zstd"/,
    ],
    [
      'too many codings',
      'gzip,gzip,gzip,gzip,gzip',
      gzipSync(PAGE),
      'SOURCE_ANSWER_INVALID',
      /packed 5 times/,
    ],
    ['gzip that is not', 'gzip', PAGE, 'SOURCE_ANSWER_INVALID', /header/],
    ['brotli that is not', 'br', PAGE, 'SOURCE_ANSWER_INVALID', /Decompression failed/],
    ['gzip that is cut off', 'gzip', gzipSync(PAGE).subarray(0, 20), 'SOURCE_LOST', /unexpected end/],
    ['nothing in gzip', 'gzip', '', 'SOURCE_ANSWER_INVALID', /200 with nothing/],
    [
      'brotli that unpacks to too much',
      'br',
      brotliCompressSync(Buffer.alloc(HTTP_PAGE_BYTES_MAX + 10, ' ')),
      'SOURCE_ANSWER_TOO_LARGE',
      /more than/,
    ],
  ])('is an error when it is %s', async (_, coding, body, code, message) => {
    const { failure } = await api([bytes(200, body, { 'content-encoding': coding })]);
    expect(await failure()).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

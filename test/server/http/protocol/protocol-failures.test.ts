import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SERVER_HEADERS_BYTES_MAX } from '../../../../src/server/limits.ts';
import { PUSH_TOKEN, startGuardedServer, type GuardedServer } from '../../../support/http/guarded-server.ts';
import { parsedObject } from '../../../support/files/json.ts';
import { rawExchange } from '../../../support/http/raw-exchange.ts';

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer({ locked: true });
});
afterAll(() => server.stop());

const BODY = '{"op":"UPSERT","doc_id":"1","title":"t","content":"c"}';
const LENGTH = `Content-Length: ${BODY.length}\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const chunk = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

const push = (headers: string, body: string) =>
  'POST /v1/connectors/support-push/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n' +
  `Content-Type: application/json\r\nIdempotency-Key: k\r\nAuthorization: Bearer ${PUSH_TOKEN}\r\n${headers}\r\n${body}`;

/** Fails unless the answer is one, whole, and in the form of all failures. */
function failureIn(answer: string) {
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const failure = parsedObject(body);
  expect(failure).toEqual({
    error: expect.objectContaining({ code: expect.any(String), message: expect.any(String) }),
    request_id: expect.stringMatching(/^[\w-]{36}$/),
  });
  expect(head).toContain(`x-request-id: ${String(failure?.['request_id'])}`);
  expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
  expect(head).toContain('cache-control: no-store');
  return { status: Number(head.split(' ')[1]), body };
}

describe('a malformed or ambiguous request', () => {
  test.each([
    ['two ways to tell how long it is', push(LENGTH + CHUNKED, chunk)],
    ['two lengths', push(`${LENGTH}Content-Length: 5\r\n`, BODY)],
    ['a length that is not a number', push(`Content-Length: +${BODY.length}\r\n`, BODY)],
    ['a coding that comes twice', push(CHUNKED + CHUNKED, chunk)],
    ['a coding that is not chunked at last', push('Transfer-Encoding: chunked, identity\r\n', chunk)],
    ['a chunk that is longer than it says', push(CHUNKED, `5\r\n${BODY}\r\n0\r\n\r\n`)],
    ['a chunk that ends in half a line break', push(CHUNKED, chunk.replaceAll('\r\n', '\n'))],
    ['a header that goes on in the next line', push(`X: a\r\n b\r\n${LENGTH}`, BODY)],
    ['half line breaks', push(LENGTH, BODY).replaceAll('\r\n', '\n')],
    ['a blank before a colon', push(`Content-Length : ${BODY.length}\r\n`, BODY)],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('is refused in the form of all failures: %s', async (_, bytes) => {
    expect(failureIn(await rawExchange(server.url, bytes)).status).toBe(400);
  });

  test('stores nothing', async () => {
    expect(await server.state.queueDepths()).toEqual(new Map());
    expect(await rawExchange(server.url, push(LENGTH, BODY))).toContain('202 Accepted');
    expect(await server.state.queueDepths()).toHaveProperty('size', 1);
  });
});

test('headers that are too large are refused with the limit named', async () => {
  const { status, body } = failureIn(
    await rawExchange(server.url, push(`X: ${'a'.repeat(SERVER_HEADERS_BYTES_MAX)}\r\n${LENGTH}`, BODY)),
  );
  expect(status).toBe(431);
  expect(body).toContain(`${SERVER_HEADERS_BYTES_MAX} bytes`);
});

test('a request that comes too slowly is told so', async () => {
  const { hostname, port } = new URL(server.url);
  const accepted = once(server.http, 'connection');
  const client = connect(Number(port), hostname);
  let said = '';
  client.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [socket] = (await accepted) as [Socket];
  // As Node says it when the time is over, which no test waits for.
  server.http.emit('clientError', Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
  await once(client, 'close');
  expect(failureIn(said).status).toBe(408);
});

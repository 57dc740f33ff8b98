import { afterEach, describe, expect, test } from '@jest/globals';
import { gcsStore } from '../../../src/artifacts/gcs/store.ts';
import { createLogger } from '../../../src/core/log.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { json, raw, startServer, type Reply, type TestServer } from '../../support/http/http-server.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function storeOf(...replies: readonly Reply[]) {
  const server = await startServer(...replies);
  servers.push(server);
  const lines: string[] = [];
  const log = createLogger({
    write: (line) => lines.push(line),
    level: 'debug',
    format: (level, _time, message, more) => `${level} ${message} ${JSON.stringify(more)}`,
    now: () => new Date(0),
    redact: (line) => line,
  });
  const store = gcsStore('gs://company-sync', {
    gcsEndpoint: { url: server.url, loopback: true },
    retry: { retries: 2, backoffSeconds: 0 },
    leases: ALWAYS_HELD,
    log,
  });
  return { store, server, lines };
}

const busy = (status: number, headers: Readonly<Record<string, string>>) =>
  json(status, { error: { code: status, message: 'Slow down.' } }, headers);

describe('a wait that Cloud Storage asks for', () => {
  const inTwoHours = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 7_200_000);

  test.each<[string, Reply]>([
    ['seconds', busy(503, { 'retry-after': '7200' })],
    ['a date', busy(429, { 'retry-after': inTwoHours.toUTCString() })],
    ['seconds with a 403', busy(403, { 'retry-after': '7200.5' })],
  ])('for longer than a run waits is in the error: %s', async (_, reply) => {
    const { store, server } = await storeOf(reply);
    const error: unknown = await store.list('a').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'ARTIFACT_READ_FAILED',
      message: expect.stringContaining('asked us not to retry before'),
      hint: expect.stringMatching(/^Run again after /),
      nextRunAfter: expect.any(Date),
      retryable: true,
    });
    expect(server.received).toHaveLength(1);
  });

  test('is waited for, and each retry is logged', async () => {
    const { store, lines } = await storeOf(busy(503, { 'retry-after': '0.01' }), json(200, { items: [] }));
    expect(await store.list('a')).toEqual([]);
    expect(lines).toEqual([
      expect.stringMatching(
        /^warn a request failed; it is retried after a wait .*"request":"list gs:\/\/company-sync\/a\/".*"waitMs":10/,
      ),
    ]);
  });

  test('is heeded when the body of the answer cannot be unpacked', async () => {
    const { store, server } = await storeOf(
      raw(429, 'plain', { 'content-encoding': 'gzip', 'retry-after': '0' }),
      json(200, { items: [] }),
    );
    expect(await store.list('a')).toEqual([]);
    expect(server.received).toHaveLength(2);
  });
});

describe('an answer without an error message', () => {
  test.each<[string, Reply]>([
    ['a 503 whose error is empty', json(503, { error: {} })],
    ['a success that says that it is an error', json(200, { error: {} })],
    ['a success with a web page', raw(200, '<html>log in</html>', { 'content-type': 'text/html' })],
    ['a success without a body', raw(200, '')],
    ['a list that is not an array', json(200, { items: {} })],
  ])('is retried, and fails as a read that can be repeated: %s', async (_, reply) => {
    const passing = await storeOf(reply, json(200, { items: [] }));
    expect(await passing.store.list('a')).toEqual([]);
    expect(passing.server.received).toHaveLength(2);

    const lasting = await storeOf(reply, reply, reply);
    await expect(lasting.store.list('a')).rejects.toMatchObject({
      code: 'ARTIFACT_READ_FAILED',
      message: expect.stringContaining('after 3 attempts'),
      retryable: true,
    });
    expect(lasting.server.received).toHaveLength(3);
  });
});

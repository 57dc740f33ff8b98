import { afterEach, describe, expect, test } from '@jest/globals';
import { sleep } from '../../../src/core/retry.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { knowledgePlace, type KnowledgePlace } from '../../support/knowledge/knowledge-place.ts';
import { hang, json, startServer, type Reply, type TestServer } from '../../support/http/http-server.ts';

/** A tenth of the time of a real batch, so that the tests do not wait for it. */
const TIMING = { batchMs: 1_400, pageMs: 900 };
const ATTEMPT_MS = 4_000;

let place: KnowledgePlace | undefined;
let server: TestServer | undefined;
afterEach(async () => {
  await place?.close();
  await server?.close();
  place = undefined;
  server = undefined;
});

async function served(
  replies: readonly Reply[],
  more: Parameters<typeof knowledgePlace>[1] = {},
): Promise<{ place: KnowledgePlace; id: string; server: TestServer }> {
  server = await startServer(...replies);
  place = await knowledgePlace(
    { file: ':memory:' },
    { clock: systemClock, wait: sleep, retry: { retries: 5, backoffSeconds: 0 }, timing: TIMING, ...more },
  );
  const id = await place.apply({ baseUrl: `${server.url}/items`, itemsPath: 'items' });
  return { place, id, server };
}

/** Sends a byte now and then, without an end. */
const trickle: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 50);
  response.on('close', () => {
    clearInterval(timer);
  });
};

const redirectForEver: Reply = (response) => {
  setTimeout(() => response.writeHead(302, { location: '/items' }).end(), 250);
};

describe('a batch', () => {
  test.each<[string, Reply, string]>([
    ['hangs', hang, 'SOURCE_TIMEOUT'],
    ['trickles', trickle, 'SOURCE_TIMEOUT'],
    ['redirects slowly', redirectForEver, 'SOURCE_TIMEOUT'],
  ])('ends in its time when the source %s', async (_, reply, code) => {
    const { place, id } = await served([reply]);
    const started = performance.now();
    await expect(place.page(id)).rejects.toMatchObject({ code, retryable: true });
    expect(performance.now() - started).toBeLessThan(ATTEMPT_MS);
    expect((await place.knowledge.source(id)).cursor).toMatchObject({ lastStatus: 'error', pages: 0 });
  });

  test('does not wait as long as the source asks if that would take more than its time', async () => {
    const { place, id, server } = await served([
      (response) => response.writeHead(429, { 'retry-after': '30' }).end('{}'),
    ]);
    const error: unknown = await place.page(id).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SOURCE_RATE_LIMITED', nextRunAfter: expect.any(Date) as unknown });
    expect(server.received).toHaveLength(1);
  });

  test('tries again within its time', async () => {
    const { place, id, server } = await served(
      [
        (response) => response.writeHead(503).end('{}'),
        (response) => response.writeHead(503, { 'retry-after': '0.05' }).end('{}'),
        json(200, { items: [{ title: 'a' }] }),
      ],
      { timing: { batchMs: 14_000, pageMs: 9_000 } },
    );
    expect((await place.page(id)).done).toBe(true);
    expect(server.received).toHaveLength(3);
  });

  test('ends in its time when the embeddings hang, and stores nothing but the error', async () => {
    const { place, id } = await served([json(200, { items: [{ title: 'a' }] })]);
    place.embedder.faults.push(() => new Promise(() => undefined));
    await expect(place.page(id)).rejects.toMatchObject({ code: 'EMBEDDINGS_UNREACHABLE', retryable: true });
    expect(await place.contents()).toEqual([]);
    expect((await place.knowledge.source(id)).cursor).toMatchObject({ lastStatus: 'error', pages: 0 });
    expect((await place.page(id)).counts.added).toBe(1);
  });

  test('is interrupted without a trace in the cursor', async () => {
    const { place, id } = await served([hang], { timing: undefined });
    const stop = new AbortController();
    const reason = new Error('stopped');
    const batch = place.knowledge.syncPage(id, {}, stop.signal);
    setTimeout(() => {
      stop.abort(reason);
    }, 50);
    await expect(batch).rejects.toThrow('stopped');
    expect((await place.knowledge.source(id)).cursor).toBeNull();
  });
});

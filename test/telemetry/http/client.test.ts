import { afterEach, expect, test } from '@jest/globals';
import { PostClient } from '../../../src/telemetry/http/client.ts';
import { UnansweredError } from '../../../src/telemetry/http/unanswered.ts';
import { openBlackhole } from '../../support/http/blackhole.ts';
import { drop, startServer } from '../../support/http/http-server.ts';

/** The time is over when the server has the whole request, or at once. */
const over = new AbortController();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function outcomeOf(url: string, signal: AbortSignal): Promise<unknown> {
  const client = new PostClient({ http: undefined, https: undefined, except: undefined });
  closing.push(() => client.close());
  return client.post(url, {}, '{"text":"ä"}', signal).catch((thrown: unknown) => thrown);
}

test('a request that went out whole and is not answered in time may have been taken', async () => {
  const server = await startServer(() => {
    over.abort();
  });
  closing.push(() => server.close());
  expect(await outcomeOf(server.url, over.signal)).toBeInstanceOf(UnansweredError);
  expect(server.received).toEqual([
    expect.objectContaining({
      body: '{"text":"ä"}',
      headers: expect.objectContaining({ 'content-length': '13' }),
    }),
  ]);
});

const never = () => new AbortController().signal;

test.each([
  ['is never made', async () => kept(await openBlackhole()).origin, () => AbortSignal.timeout(200)],
  ['is refused', () => Promise.resolve('http://127.0.0.1:1'), never],
  ['breaks', async () => kept(await startServer(drop)).url, never],
])('one whose connection %s did not lack an answer alone', async (_, open, signal) => {
  const outcome = await outcomeOf(await open(), signal());
  expect(outcome).toHaveProperty('message');
  expect(outcome).not.toBeInstanceOf(UnansweredError);
});

function kept<Server extends { close(): Promise<void> }>(server: Server): Server {
  closing.push(() => server.close());
  return server;
}

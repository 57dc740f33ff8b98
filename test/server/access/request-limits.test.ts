import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CALLER_REQUESTS_PER_MINUTE, RETRY_AFTER_SPREAD_RATIO } from '../../../src/server/limits.ts';
import { openBrowser } from '../../support/server/browser.ts';
import { bearer, startGuardedServer, type GuardedServer } from '../../support/http/guarded-server.ts';

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer({ locked: true });
});
afterAll(() => server.stop());

const AT_ONCE = 50;

/** Statuses of that many requests, by the number of answers that had each. */
async function statusesOf(requests: number, key: string, atOnce = AT_ONCE): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  for (let sent = 0; sent < requests; sent += atOnce) {
    const group = Array.from({ length: Math.min(atOnce, requests - sent) }, () =>
      fetch(`${server.url}/test/read`, bearer(key)),
    );
    for (const answer of await Promise.all(group)) {
      await answer.arrayBuffer();
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    }
  }
  return statuses;
}

test('a key has its requests in a minute, and no other key or session pays for it', async () => {
  const [busy, other] = [await server.makeKey('read'), await server.makeKey('read')];
  expect(await statusesOf(CALLER_REQUESTS_PER_MINUTE, busy)).toEqual({ 200: CALLER_REQUESTS_PER_MINUTE });
  const refused = await server.request('/test/read', bearer(busy));
  expect(refused.status).toBe(429);
  const wait = Number(refused.headers['retry-after']);
  expect(wait).toBeGreaterThanOrEqual(1);
  expect(wait).toBeLessThanOrEqual(60 * (1 + RETRY_AFTER_SPREAD_RATIO));
  expect(await statusesOf(1, other)).toEqual({ 200: 1 });
  const browser = openBrowser(server);
  await browser.logIn(busy);
  expect((await browser.visit('/test/read')).status).toBe(200);
});

test('takes exactly the limit from a burst of one key, and spreads the return of those it refuses', async () => {
  const key = await server.makeKey('read');
  const [more, taken] = [100, CALLER_REQUESTS_PER_MINUTE];
  expect(await statusesOf(taken + more, key, taken + more)).toEqual({ 200: taken, 429: more });
  const refused = await Promise.all(
    Array.from({ length: 40 }, () => server.request('/test/read', bearer(key))),
  );
  const seconds = refused.map(({ headers }) => Number(headers['retry-after']));
  expect(new Set(seconds).size).toBeGreaterThan(3);
});

import { afterEach, describe, expect, test } from '@jest/globals';
import type { RateLimitSpec } from '../../../src/definitions/rest/types.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { json, raw } from '../../support/http/http-server.ts';
import { restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const RECORDS = json(200, { data: [{ id: 1, name: 'the quota is used up' }] });

async function waitsAfter(reply: ReturnType<typeof raw>, rateLimit: RateLimitSpec = {}) {
  const server = await servers.answering(reply, RECORDS);
  const { source, waits } = restSource({ url: server.url, rateLimit });
  expect((await readAll(source)).rows).toHaveLength(1);
  return waits.map((ms) => ms / 1_000);
}

/** The time of the test's clock, in seconds since 1970. */
const NOW = Date.parse('2026-11-20T12:00:00Z') / 1_000;

describe('a rate limit', () => {
  test.each<[Record<string, string>, number]>([
    [{ 'retry-after-ms': '1500' }, 1.5],
    [{ 'x-ms-retry-after-ms': '250', 'retry-after': '9' }, 0.25],
    [{ 'x-ratelimit-reset-after': '1.25', 'x-ratelimit-reset': String(NOW + 60) }, 1.25],
    [{ 'x-rate-limit-reset': String(NOW + 30) }, 30],
    [{ 'ratelimit-reset': '12' }, 12],
    [{ ratelimit: 'limit=100, remaining=0, reset=20' }, 20],
    [{ ratelimit: '"minute";r=0;t=40, "day";r=900;t=80000' }, 40],
    [{ ratelimit: '"minute";r=0;t=40, "hour";r=0;t=200' }, 200],
    [{ ratelimit: '???', 'x-ratelimit-reset': 'soon' }, 0],
  ])('tells by %j how long to wait', async (headers, seconds) => {
    expect(await waitsAfter(raw(429, '', headers))).toEqual([seconds]);
  });

  test.each<[string, number, Record<string, string>]>([
    ['a date', 90, { 'x-quota-reset': 'Fri, 20 Nov 2026 12:01:30 GMT' }],
    ['seconds since 1970', 90, { 'x-quota-reset': String(NOW + 90), 'retry-after': '5' }],
  ])('tells by the named header how long to wait, as %s', async (_, seconds, headers) => {
    expect(await waitsAfter(raw(429, '', headers), { resetHeader: 'X-Quota-Reset' })).toEqual([seconds]);
  });

  test('is recognized by the statuses and the words that the connector names', async () => {
    const reset = { 'x-ratelimit-reset': '7' };
    expect(await waitsAfter(json(403, { message: 'no' }, reset), { statuses: [403] })).toEqual([7]);
    expect(await waitsAfter(raw(400, 'The Quota is used up', reset), { words: ['quota is'] })).toEqual([7]);
    const graphql = { data: null, errors: [{ extensions: { code: 'THROTTLED' } }] };
    expect(await waitsAfter(json(200, graphql, reset), { words: ['throttled'] })).toEqual([7]);
  });

  test('is not recognized in the words of records or of other errors', async () => {
    const server = await servers.answering(RECORDS);
    const rateLimit = { words: ['quota is used up'] };
    const { source, waits } = restSource({ url: server.url, rateLimit });
    expect((await readAll(source)).rows).toHaveLength(1);
    expect(waits).toEqual([]);
    const refusing = await servers.answering(json(200, { errors: [{ message: 'Unknown field' }] }));
    const refused = restSource({ url: refusing.url, rateLimit });
    expect(await failureOf(() => readAll(refused.source))).toMatchObject({ code: 'SOURCE_REFUSED' });
    expect(refusing.received).toHaveLength(1);
  });

  test('with a reset far away ends the run, which may start again at that time', async () => {
    const server = await servers.answering(
      json(200, { errors: [{ message: 'throttled' }] }, { ratelimit: '"day";r=0;t=7200' }),
    );
    const { source } = restSource({ url: server.url, rateLimit: { words: ['throttled'] } });
    expect(await failureOf(() => readAll(source))).toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      nextRunAfter: new Date('2026-11-20T14:00:00Z'),
    });
    expect(server.received).toHaveLength(1);
  });
});

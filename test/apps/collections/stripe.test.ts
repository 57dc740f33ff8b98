import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Reply } from '../../support/http/http-server.ts';
import { openApp, presetOf, readCollection } from '../../support/http/app-readers.ts';
import { DisturbedApi } from '../../support/http/disturbed-api.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { digits } from '../../stand-ins/apps/exact-json.ts';
import { rateLimited, STRIPE_KEY, StripeStandIn } from '../../stand-ins/apps/stripe.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const START = new Date('2026-10-01T12:00:00Z');
const MINUTE = 60;
const DAY = 86_400;

let stripe: StripeStandIn;
let api: DisturbedApi;
beforeEach(() => {
  stripe = new StripeStandIn(START);
  api = new DisturbedApi(stripe.reply);
});

/** The app of the preset with small pages, at the stand-in. */
async function open(pageSize = 2) {
  const { url } = await servers.answering(api.reply);
  const preset = presetOf('stripe');
  const spec = JSON.parse(
    JSON.stringify({ ...preset, baseUrl: url, secretRef: 'key' }).replaceAll(
      '"pageSize":100',
      `"pageSize":${pageSize}`,
    ),
  ) as typeof preset;
  const clock = { now: () => new Date(stripe.now * 1_000), elapsedMs: () => performance.now() };
  return openApp(spec, { key: STRIPE_KEY }, { clock });
}

const present = () => new Date(stripe.now * 1_000);

/** Creates objects a minute apart. */
function createAll(kind: Parameters<StripeStandIn['create']>[0], ...ids: readonly string[]): void {
  for (const id of ids) {
    stripe.create(kind, id, kind === 'subscription' ? { status: 'active' } : {});
    stripe.now += MINUTE;
  }
}

describe('the preset stripe', () => {
  test.each([
    ['stripe_customer', 'customer'],
    ['stripe_product', 'product'],
    ['stripe_price', 'price'],
    ['stripe_plan', 'plan'],
    ['stripe_subscription', 'subscription'],
  ] as const)('lists all objects of %s when everything is read', async (key, kind) => {
    createAll(kind, 'a', 'b', 'c', 'd', 'e');
    const { ids, end } = await readCollection((await open()).of(key));
    expect(ids).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(end).toMatchObject({ incomplete: undefined, partial: false });
    expect(stripe.requests.some(({ url }) => url.includes('created'))).toBe(false);
    expect(stripe.requests.every(({ headers }) => headers['stripe-version'] === '2025-02-24.acacia')).toBe(
      true,
    );
  });

  test('lists items of every subscription when everything is read', async () => {
    createAll('subscription', 's1', 's2', 's3');
    for (const id of ['i1', 'i2', 'i3']) stripe.create('subscription_item', id, { subscription: 's1' });
    stripe.create('subscription_item', 'i4', { subscription: 's3' });
    stripe.cancel('s3');
    const { ids, end } = await readCollection((await open()).of('stripe_subscription_item'));
    expect([...ids].sort()).toEqual(['i1', 'i2', 'i3', 'i4']);
    expect(end.incomplete).toBeUndefined();
  });

  test('keeps every digit of a record', async () => {
    stripe.create('customer', 'c', { balance: digits('9007199254740993'), rate: digits('1.10') });
    const { payloads } = await readCollection((await open()).of('stripe_customer'));
    expect(payloads.get('c')).toContain('"balance":9007199254740993,"rate":1.10');
  });

  test('sees an old subscription that was canceled, and lists it in full, too', async () => {
    createAll('subscription', 's1', 's2');
    stripe.now += 100 * DAY;
    const since = present();
    stripe.now += MINUTE;
    stripe.cancel('s1');
    stripe.now += 2 * MINUTE;
    const reader = (await open()).of('stripe_subscription');
    const changed = await readCollection(reader, since);
    expect(changed.ids).toEqual(['s1']);
    expect(changed.payloads.get('s1')).toContain('"status":"canceled"');
    expect(changed.deletedIds).toEqual([]);
    expect((await readCollection(reader)).ids).toEqual(['s2', 's1']);
  });

  test('reports a deleted customer as deleted, and one that was created again as existing', async () => {
    createAll('customer', 'gone', 'again', 'stays');
    stripe.now += DAY;
    const since = present();
    stripe.delete('gone');
    stripe.delete('again');
    stripe.create('customer', 'again', { name: 'new' });
    stripe.now += 2 * MINUTE;
    const { ids, deletedIds } = await readCollection((await open()).of('stripe_customer'), since);
    expect(ids).toEqual(['again']);
    expect(deletedIds).toEqual(['gone']);
  });

  test('reports a deleted product as deleted, which the API answers with 404', async () => {
    createAll('product', 'gone', 'stays');
    stripe.now += DAY;
    const since = present();
    stripe.delete('gone');
    stripe.now += 2 * MINUTE;
    const { ids, deletedIds } = await readCollection((await open()).of('stripe_product'), since);
    expect([ids, deletedIds]).toEqual([[], ['gone']]);
  });

  test('stores the object and not the copy of an event, when two events have one time', async () => {
    createAll('product', 'p');
    stripe.now += DAY;
    const since = present();
    stripe.update('p', { name: 'first' });
    stripe.update('p', { name: 'second' });
    stripe.now += 2 * MINUTE;
    const before = stripe.requests.length;
    const { ids, payloads } = await readCollection((await open()).of('stripe_product'), since);
    expect(ids).toEqual(['p']);
    expect(payloads.get('p')).toContain('"name":"second"');
    expect(stripe.requests.slice(before).filter(({ url }) => url.startsWith('/v1/products/p'))).toHaveLength(
      1,
    );
  });

  test('finds an event that appears late in the next sync', async () => {
    createAll('price', 'p');
    stripe.now += DAY;
    const since = present();
    stripe.now += MINUTE;
    stripe.eventsLateBy = 3 * MINUTE;
    stripe.update('p', { active: false });
    stripe.now += 2 * MINUTE;
    const reader = (await open()).of('stripe_price');
    const next = present();
    expect((await readCollection(reader, since)).ids).toEqual([]);
    stripe.now += 4 * MINUTE;
    expect((await readCollection(reader, next)).ids).toEqual(['p']);
  });

  test('leaves events of the newest minute to the next sync', async () => {
    createAll('plan', 'p');
    stripe.now += DAY;
    const since = present();
    stripe.now += MINUTE;
    stripe.update('p', { nickname: 'x' });
    const reader = (await open()).of('stripe_plan');
    const next = present();
    expect((await readCollection(reader, since)).ids).toEqual([]);
    stripe.now += 2 * MINUTE;
    expect((await readCollection(reader, next)).ids).toEqual(['p']);
  });

  test('reads the items of a changed subscription', async () => {
    createAll('subscription', 's1', 's2');
    stripe.create('subscription_item', 'i1', { subscription: 's1', quantity: 1 });
    stripe.now += DAY;
    const since = present();
    stripe.create('subscription_item', 'i2', { subscription: 's1', quantity: 2 });
    stripe.update('s1', { quantity: 3 });
    stripe.now += 2 * MINUTE;
    const { ids } = await readCollection((await open()).of('stripe_subscription_item'), since);
    expect([...ids].sort()).toEqual(['i1', 'i2']);
  });

  test('begins a listing again when the object that the cursor names was deleted', async () => {
    createAll('customer', 'a', 'b', 'c', 'd', 'e');
    api.after(1, () => {
      stripe.delete('d');
    });
    const { of, lines } = await open();
    const { payloads, ids, end } = await readCollection(of('stripe_customer'));
    expect(ids).toEqual(['e', 'd', 'e', 'c', 'b', 'a']);
    expect(payloads.size).toBe(5);
    expect(end.incomplete).toBeUndefined();
    expect(lines.some((line) => line.includes('so it begins again'))).toBe(true);
  });

  test('syncs in full when the last sync is older than the events that Stripe keeps', async () => {
    const reader = (await open()).of('stripe_customer');
    const now = new Date('2026-11-20T12:00:00Z');
    const ago = (days: number) => new Date(now.getTime() - days * DAY * 1_000);
    expect(reader.modeFor('incremental', ago(28), now)).toEqual({ mode: 'incremental', because: undefined });
    expect(reader.modeFor('incremental', ago(29), now)).toEqual({
      mode: 'full',
      because: 'the API keeps events for 29d, and the last sync began at 2026-10-22T12:00:00.000Z',
    });
    expect(reader.modeFor('incremental', undefined, now).mode).toBe('full');
    expect(reader.modeFor('full', ago(1), now)).toEqual({ mode: 'full', because: undefined });
  });

  test.each([undefined, START])(
    'Rate limits respected: waits and goes on when Stripe answers 429 (%s)',
    async (since) => {
      createAll('customer', 'a', 'b', 'c');
      stripe.now += 2 * MINUTE;
      const { of, lines } = await open();
      for (const request of [1, 3]) api.replyOnce(request, rateLimited);
      const { ids } = await readCollection(of('stripe_customer'), since);
      expect([...ids].sort()).toEqual(['a', 'b', 'c']);
      expect(lines.join('\n')).toContain('429');
    },
  );

  test('Rate limits respected: fails with a clear error when the limit does not end', async () => {
    createAll('customer', 'a');
    const { of } = await open();
    api.replyFrom(1, rateLimited);
    await expect(readCollection(of('stripe_customer'))).rejects.toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      message: expect.stringMatching(/GET .*\/v1\/customers\?limit=2 was answered 429/),
      hint: expect.stringContaining('spec.rateLimit.requestsPerMinute'),
    });
  });

  test('Full sync handles pagination: an empty page that promises more is an error, not the end', async () => {
    createAll('customer', 'a', 'b', 'c');
    const { of } = await open();
    const empty: Reply = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"object":"list","data":[],"has_more":true}');
    };
    api.replyOnce(2, empty);
    await expect(readCollection(of('stripe_customer'))).rejects.toMatchObject({ code: 'SOURCE_PAGINATION' });
  });

  test('sends nothing but the key to the API, and repeats it in no message', async () => {
    const { of, lines } = await open();
    api.replyFrom(1, (response, { headers }) => {
      response.writeHead(403, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `Not allowed: ${headers.authorization ?? ''}` } }));
    });
    const failure = await readCollection(of('stripe_customer')).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(failure).toMatchObject({ code: 'SOURCE_PERMISSION' });
    expect(`${String(failure)} ${lines.join('\n')}`).not.toContain(STRIPE_KEY);
  });
});

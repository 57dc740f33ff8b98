import { afterEach, describe, expect, test } from '@jest/globals';
import { APIErrorCode, Client as NotionClient, iteratePaginatedAPI, LogLevel } from '@notionhq/client';
import Stripe from 'stripe';
import type { Reply } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { rateLimited as notionLimit, NOTION_TOKEN, NotionStandIn } from './notion.ts';
import { rateLimited as stripeLimit, STRIPE_KEY, StripeStandIn } from './stripe.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const START = new Date('2026-10-01T12:00:00Z');

describe('the stand-in of Stripe, read by the client of Stripe', () => {
  async function client(reply: Reply, apiKey = STRIPE_KEY): Promise<Stripe> {
    const { hostname, port } = new URL((await servers.answering(reply)).url);
    return new Stripe(apiKey, {
      host: hostname,
      port,
      protocol: 'http',
      maxNetworkRetries: 0,
      telemetry: false,
    });
  }

  function shop(): StripeStandIn {
    const stripe = new StripeStandIn(START);
    for (const id of ['cus_1', 'cus_2', 'cus_3', 'cus_4', 'cus_5']) {
      stripe.create('customer', id, { name: id });
      stripe.now += 60;
    }
    return stripe;
  }

  test('lists all customers, newest first', async () => {
    const stripe = await client(shop().reply);
    const customers = await stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(customers.map(({ id }) => id)).toEqual(['cus_5', 'cus_4', 'cus_3', 'cus_2', 'cus_1']);
  });

  test('has events of the types that are asked for, with their objects', async () => {
    const api = shop();
    api.update('cus_2', { name: 'new' });
    api.delete('cus_3');
    const stripe = await client(api.reply);
    const events = await stripe.events
      .list({ types: ['customer.updated', 'customer.deleted'], created: { gte: 0 }, limit: 1 })
      .autoPagingToArray({ limit: 100 });
    expect(events.map(({ type, data }) => [type, data.object])).toMatchObject([
      ['customer.deleted', { id: 'cus_3' }],
      ['customer.updated', { id: 'cus_2', name: 'new' }],
    ]);
  });

  test('says of a deleted customer that it is deleted, and of a deleted product that it is missing', async () => {
    const api = shop();
    api.delete('cus_3');
    const stripe = await client(api.reply);
    expect((await stripe.customers.retrieve('cus_3')).deleted).toBe(true);
    await expect(stripe.products.retrieve('prod_1')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  test('lists canceled subscriptions only when all are asked for', async () => {
    const api = shop();
    api.create('subscription', 'sub_1', { status: 'active' });
    api.create('subscription', 'sub_2', { status: 'active' });
    api.cancel('sub_1');
    const stripe = await client(api.reply);
    const listed = async (params: Stripe.SubscriptionListParams) =>
      (await stripe.subscriptions.list(params)).data.map(({ id }) => id);
    expect(await listed({})).toEqual(['sub_2']);
    expect(await listed({ status: 'all' })).toEqual(['sub_2', 'sub_1']);
  });

  test('refuses a wrong key, an unknown parameter, a deleted cursor and too many requests as the API does', async () => {
    const api = shop();
    const stripe = await client(api.reply);
    await expect((await client(api.reply, 'rk_test_wrong')).customers.list()).rejects.toBeInstanceOf(
      Stripe.errors.StripeAuthenticationError,
    );
    await expect(stripe.customers.list({ starting_after: 'cus_9' })).rejects.toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'starting_after',
    });
    const byUpdate: object = { updated: 1 };
    await expect(stripe.customers.list(byUpdate)).rejects.toMatchObject({
      code: 'parameter_unknown',
    });
    await expect((await client(stripeLimit)).customers.list()).rejects.toBeInstanceOf(
      Stripe.errors.StripeRateLimitError,
    );
  });
});

describe('the stand-in of Notion, read by the client of Notion', () => {
  async function client(reply: Reply): Promise<NotionClient> {
    const { url } = await servers.answering(reply);
    const options = { auth: NOTION_TOKEN, baseUrl: url, notionVersion: '2025-09-03', retry: false } as const;
    return new NotionClient({ ...options, logLevel: LogLevel.ERROR });
  }

  function workspace(): NotionStandIn {
    const notion = new NotionStandIn(START);
    notion.addSource('s1', ['Status']);
    for (const id of ['p1', 'p2', 'p3', 'p4']) {
      notion.put(id, 's1', id);
      notion.nowMs += 60_000;
    }
    return notion;
  }

  async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
    const found: T[] = [];
    for await (const page of pages) found.push(page);
    return found;
  }

  test('queries a data source to its end, and by the time of the last edit', async () => {
    const notion = await client(workspace().reply);
    const pages = await all(
      iteratePaginatedAPI(notion.dataSources.query, {
        data_source_id: 's1',
        page_size: 3,
        filter: { timestamp: 'last_edited_time', last_edited_time: { on_or_after: '2026-10-01T12:01:00Z' } },
        sorts: [{ timestamp: 'created_time', direction: 'ascending' }],
      }),
    );
    expect(pages).toMatchObject(['p2', 'p3', 'p4'].map((id) => ({ object: 'page', id })));
  });

  test('finds data sources and lists users', async () => {
    const api = workspace();
    api.addUser('u1');
    const notion = await client(api.reply);
    const found = await all(
      iteratePaginatedAPI(notion.search, { filter: { property: 'object', value: 'data_source' } }),
    );
    expect(found).toMatchObject([
      { object: 'data_source', id: 's1', properties: { Status: { name: 'Status' } } },
    ]);
    expect(await all(iteratePaginatedAPI(notion.users.list, {}))).toMatchObject([
      { object: 'user', id: 'u1' },
    ]);
  });

  test('refuses too many requests and a missing data source as the API does', async () => {
    await expect((await client(notionLimit(1))).users.list({})).rejects.toMatchObject({
      code: APIErrorCode.RateLimited,
      status: 429,
    });
    const notion = await client(workspace().reply);
    await expect(notion.dataSources.query({ data_source_id: 's9' })).rejects.toMatchObject({
      code: APIErrorCode.ObjectNotFound,
      status: 404,
    });
  });
});

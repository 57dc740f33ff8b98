import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openApp, presetOf, readCollection } from '../../support/http/app-readers.ts';
import { DisturbedApi } from '../../support/http/disturbed-api.ts';
import { drop, type Reply } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { digits } from '../../stand-ins/apps/exact-json.ts';
import { INTERCOM_TOKEN, IntercomStandIn } from '../../stand-ins/apps/intercom.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const MINUTE = 60;
const DAY = 86_400;
/** In the afternoon, so that the day of a sync has begun long before. */
const START = new Date('2026-10-01T15:00:00Z');

let intercom: IntercomStandIn;
let api: DisturbedApi;
beforeEach(() => {
  intercom = new IntercomStandIn(START);
  intercom.scrollSize = 2;
  api = new DisturbedApi(intercom.reply);
});

const present = () => new Date(intercom.now * 1_000);

/** The app of the preset with small pages, at the stand-in; waits pass at once by the clock of the stand-in. */
async function open() {
  const { url } = await servers.answering(api.reply);
  const preset = presetOf('intercom');
  const spec = JSON.parse(
    JSON.stringify({ ...preset, baseUrl: url, secretRef: 'token' }).replaceAll(
      '"pageSize":150',
      '"pageSize":2',
    ),
  ) as typeof preset;
  const clock = { now: present, elapsedMs: () => performance.now() };
  const wait = (ms: number) => {
    intercom.now += Math.ceil(ms / 1_000);
    return Promise.resolve();
  };
  return openApp(spec, { token: INTERCOM_TOKEN }, { clock, wait });
}

function putAll(kind: Parameters<IntercomStandIn['put']>[0], ...ids: readonly string[]): void {
  for (const id of ids) {
    intercom.put(kind, id);
    intercom.now += 1;
  }
}

describe('the preset intercom', () => {
  test.each([
    ['intercom_contact', 'contact'],
    ['intercom_conversation', 'conversation'],
    ['intercom_company', 'company'],
    ['intercom_admin', 'admin'],
  ] as const)('lists all objects of %s when everything is read', async (key, kind) => {
    putAll(kind, 'a', 'b', 'c', 'd', 'e');
    const { ids, end } = await readCollection((await open()).of(key));
    expect(ids).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(end).toMatchObject({ incomplete: undefined, partial: false });
    expect(intercom.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('lists the parts of every conversation, with the id of their conversation', async () => {
    intercom.answer('c1', 'p1', 'Hello');
    intercom.answer('c1', 'p2', 'Hello again');
    intercom.answer('c2', 'p3', 'Bye');
    putAll('conversation', 'c3');
    const { payloads, end } = await readCollection((await open()).of('intercom_conversation_part'));
    expect([...payloads.keys()]).toEqual(['p1', 'p2', 'p3']);
    expect(payloads.get('p3')).toContain('"conversation_id":"c2"');
    expect(end.incomplete).toBeUndefined();
  });

  test('finds a contact that was changed on the day of the last sync, and leaves out those that were not', async () => {
    putAll('contact', 'old', 'changed', 'quiet');
    intercom.now += 3 * 3_600;
    const since = present();
    intercom.now += MINUTE;
    intercom.put('contact', 'changed', { name: 'new' });
    const { ids, payloads } = await readCollection((await open()).of('intercom_contact'), since);
    expect(ids).toEqual(['changed']);
    expect(payloads.get('changed')).toContain('"name":"new"');
  });

  test('finds a contact that was changed just before the last sync, after midnight', async () => {
    intercom.now = Math.floor(Date.parse('2026-10-02T23:58:30Z') / 1_000);
    putAll('contact', 'changed');
    intercom.now = Math.floor(Date.parse('2026-10-03T00:01:00Z') / 1_000);
    const { ids } = await readCollection((await open()).of('intercom_contact'), present());
    expect(ids).toEqual(['changed']);
  });

  test('keeps a contact without a time of its last change', async () => {
    intercom.put('contact', 'c');
    const reader = (await open()).of('intercom_contact');
    api.replyOnce(1, (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"type":"list","data":[{"id":"c"},{"id":"d","updated_at":1}],"total_count":2}');
    });
    expect((await readCollection(reader, present())).ids).toEqual(['c']);
  });

  test('sends the time of a search as a number, and asks for that very second too', async () => {
    const since = present();
    putAll('conversation', 'a');
    intercom.now += MINUTE;
    const { ids } = await readCollection((await open()).of('intercom_conversation'), since);
    expect(ids).toEqual(['a']);
    const value = Math.floor(since.getTime() / 1_000) - 5 * MINUTE;
    expect(JSON.parse(intercom.requests[0]?.body ?? '')).toEqual({
      query: {
        operator: 'OR',
        value: [
          { field: 'updated_at', operator: '>', value },
          { field: 'updated_at', operator: '=', value },
        ],
      },
      pagination: { per_page: 2 },
    });
  });

  test('reads the parts of changed conversations only', async () => {
    intercom.answer('c1', 'p1', 'Hello');
    intercom.answer('c2', 'p2', 'Hello');
    intercom.now += DAY;
    const since = present();
    intercom.answer('c2', 'p3', 'Again');
    const { ids } = await readCollection((await open()).of('intercom_conversation_part'), since);
    expect(ids).toEqual(['p2', 'p3']);
    expect(intercom.requests.map(({ url }) => url)).toEqual(['/conversations/search', '/conversations/c2']);
  });

  test('lists companies whose scroll dies from the beginning again', async () => {
    putAll('company', 'a', 'b', 'c', 'd', 'e');
    api.after(2, () => {
      intercom.now += 2 * MINUTE;
    });
    const { of, lines } = await open();
    const { payloads, end } = await readCollection(of('intercom_company'));
    expect([...payloads.keys()]).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(end.incomplete).toBeUndefined();
    expect(lines.join('\n')).toContain('so it begins again');
  });

  test('waits for the end of a scroll that another sync left behind', async () => {
    putAll('company', 'a', 'b', 'c');
    const { of } = await open();
    const abandoned = of('intercom_company').read(undefined, new AbortController().signal);
    await abandoned.next();
    await abandoned.return({ incomplete: undefined, partial: false });
    const { payloads } = await readCollection(of('intercom_company'));
    expect([...payloads.keys()]).toEqual(['a', 'b', 'c']);
  });

  test('skips no companies when the answer to a page of the scroll is lost', async () => {
    putAll('company', 'a', 'b', 'c', 'd', 'e');
    const { of } = await open();
    // The API has moved on, although the answer never arrives.
    const lost: Reply = (response, request) => {
      const ignored = { writeHead: () => undefined, end: () => undefined };
      intercom.reply(Object.assign(Object.create(response) as typeof response, ignored), request);
      drop(response, request);
    };
    api.replyOnce(2, lost);
    const { payloads, end } = await readCollection(of('intercom_company'));
    expect([...payloads.keys()]).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(end.incomplete).toBeUndefined();
  });

  test('fails when the scroll dies again and again', async () => {
    putAll('company', 'a', 'b', 'c');
    const { of } = await open();
    api.replyFrom(2, (response) => {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"type":"error.list","errors":[{"code":"not_found"}]}');
    });
    await expect(readCollection(of('intercom_company'))).rejects.toMatchObject({
      code: 'SOURCE_PLACE_EXPIRED',
    });
  });

  test('Rate limits respected: waits until the time that Intercom names', async () => {
    putAll('contact', 'a', 'b', 'c');
    const { of } = await open();
    api.replyOnce(2, intercom.rateLimited(8));
    const before = intercom.now;
    const { ids } = await readCollection(of('intercom_contact'));
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(intercom.now - before).toBe(8);
  });

  test('Rate limits respected: ends at once when Intercom names a time that is too far away', async () => {
    const { of } = await open();
    api.replyFrom(1, intercom.rateLimited(3_600));
    await expect(readCollection(of('intercom_contact'))).rejects.toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      nextRunAfter: new Date((intercom.now + 3_600) * 1_000),
    });
  });

  test('keeps every digit of a record', async () => {
    intercom.put('contact', 'c', { custom_attributes: { balance: digits('9007199254740993') } });
    const { payloads } = await readCollection((await open()).of('intercom_contact'));
    expect(payloads.get('c')).toContain('{"balance":9007199254740993}');
  });

  test('reports a listing with fewer contacts than its total as incomplete', async () => {
    putAll('contact', 'a', 'b', 'c');
    const { of } = await open();
    api.replyOnce(2, (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"type":"list","data":[],"total_count":3,"pages":{"type":"pages","page":2}}');
    });
    const { end } = await readCollection(of('intercom_contact'));
    expect(end.incomplete).toContain('more entities than it listed');
  });
});

import { afterEach, describe, expect, test } from '@jest/globals';
import type { AppCollection, EventFeed } from '../../../src/definitions/app/types.ts';
import { openApp, readCollection } from '../../support/http/app-readers.ts';
import { json, type ReceivedRequest, type Reply } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const SINCE = new Date('2026-11-20T11:30:00Z');

const EVENTS: EventFeed['events'] = {
  path: '/events',
  recordsPath: 'events',
  parameter: 'from',
  typePath: 'what',
  types: ['item.*', 'thing'],
  deletedTypes: ['gone'],
  objectIdPath: 'about.id',
  objectPath: '/items/{id}',
  keptFor: '10d',
};

const ITEMS: AppCollection = {
  key: 'item',
  path: '/items',
  recordsPath: 'items',
  incremental: { events: EVENTS },
};

interface Served {
  readonly events: readonly unknown[];
  /** Objects by id; others are answered 404. */
  readonly objects?: Readonly<Record<string, unknown>>;
  readonly more?: object;
}

async function open(served: Served, change: Partial<EventFeed['events']> = {}) {
  const reply: Reply = (response, request) => {
    const { pathname } = new URL(request.url, 'http://x');
    const { events, objects = {}, more } = served;
    const object = objects[decodeURIComponent(pathname.slice('/items/'.length))];
    const lists: Readonly<Record<string, object>> = {
      '/events': { events, ...more },
      '/items': { items: Object.values(objects) },
    };
    const found = lists[pathname] ?? object;
    json(found === undefined ? 404 : 200, found ?? { message: 'none' })(response, request);
  };
  const { url, received } = await servers.answering(reply);
  const collection = { ...ITEMS, incremental: { events: { ...EVENTS, ...change } } };
  const app = openApp({ baseUrl: url, collections: [collection] });
  return { reader: app.of('item'), received, lines: app.lines };
}

const event = (id: unknown, what = 'item.changed', more = {}) => ({ what, about: { id }, ...more });

const pathsOf = (received: readonly ReceivedRequest[]) => received.map(({ url }) => url);

describe('a feed of events', () => {
  test('reads each changed object once, and only those whose events concern the collection', async () => {
    const events = [
      event('a'),
      event('b', 'thing'),
      event('a', 'item.moved'),
      event('c', 'things'),
      event(7, 'gone'),
    ];
    const { reader, received } = await open({
      events,
      objects: { a: { id: 'a' }, b: { id: 'b' }, 7: { id: 7 } },
    });
    const { ids, deletedIds, end } = await readCollection(reader, SINCE);
    expect(ids).toEqual(['a', 'b', '7']);
    expect(deletedIds).toEqual([]);
    expect(end).toMatchObject({ incomplete: undefined, partial: false });
    expect(pathsOf(received)[0]).toBe('/events?from=2026-11-20T11%3A25%3A00Z');
    expect(pathsOf(received).slice(1).sort()).toEqual(['/items/7', '/items/a', '/items/b']);
  });

  test('reports an object as deleted that is gone, and one whose flag says so', async () => {
    const objects = { flagged: { id: 'flagged', removed: true }, kept: { id: 'kept', removed: false } };
    const events = [event('gone', 'gone'), event('flagged'), event('kept'), event('missing')];
    const { reader } = await open({ events, objects }, { deletedPath: 'removed' });
    const { ids, deletedIds } = await readCollection(reader, SINCE);
    expect([ids, deletedIds]).toEqual([['kept'], ['gone', 'flagged', 'missing']]);
  });

  test('has one page with the time of the API when nothing changed', async () => {
    const { reader } = await open({ events: [] });
    const { ids, pages, answered } = await readCollection(reader, SINCE);
    expect([ids, pages]).toEqual([[], 1]);
    expect(answered).toBeInstanceOf(Date);
  });

  test('puts an id with special characters into one segment of the path', async () => {
    const id = 'a/../b?c=:watermark#d';
    const { reader, received } = await open({ events: [event(id)], objects: { [id]: { id } } });
    expect((await readCollection(reader, SINCE)).ids).toEqual([id]);
    expect(pathsOf(received)[1]).toBe(`/items/${encodeURIComponent(id)}`);
  });

  test.each(['.', '..'])('names the id %j as unusable, because it would lead to another path', async (id) => {
    const { reader, received } = await open({ events: [event(id)] });
    const { unusable, deletedIds } = await readCollection(reader, SINCE);
    expect(unusable).toMatchObject([{ code: 'APP_RECORD_UNUSABLE' }]);
    expect([deletedIds, received.length]).toEqual([[], 1]);
  });

  test('fails when an event has no id of an object', async () => {
    const { reader } = await open({ events: [event('a'), event(null)] });
    await expect(readCollection(reader, SINCE)).rejects.toMatchObject({
      code: 'SOURCE_RECORDS_MISSING',
      message: expect.stringContaining('Event 2 of page 1 has no text or number at about.id'),
      hint: expect.stringContaining('spec.collections[0].incremental.events.objectIdPath'),
    });
  });

  test('reports a feed that lacks events as incomplete', async () => {
    const { reader } = await open({
      events: [event('a')],
      objects: { a: { id: 'a' } },
      more: { has_more: true },
    });
    await expect(readCollection(reader, SINCE)).rejects.toMatchObject({ code: 'SOURCE_PAGINATION' });
    const none = await open(
      { events: [event('a')], objects: { a: { id: 'a' } }, more: { has_more: true } },
      { pagination: { type: 'none' } },
    );
    expect((await readCollection(none.reader, SINCE)).end.incomplete).toContain('more entities');
  });

  test('begins at least a minute before the last sync when events of the newest minute are left out', async () => {
    const { reader, received } = await open({ events: [] }, { timePath: 'at', overlap: '0s' });
    await readCollection(reader, SINCE);
    expect(pathsOf(received)).toEqual(['/events?from=2026-11-20T11%3A29%3A00Z']);
  });

  test('reads the whole listing when more objects have changed than are read one by one', async () => {
    const events = Array.from({ length: 100_001 }, (_, index) => event(index));
    const { reader, received, lines } = await open({ events, objects: { a: { id: 'a' } } });
    const { ids } = await readCollection(reader, SINCE);
    expect(ids).toEqual(['a']);
    expect(pathsOf(received).slice(1)).toEqual(['/items']);
    expect(lines.join('\n')).toContain('so the whole listing is read');
  });

  test('passes many changed objects on in several pages', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `n${index}`);
    const objects = Object.fromEntries(names.map((id) => [id, { id }]));
    const { reader } = await open({ events: names.map((id) => event(id)), objects });
    const { ids, pages } = await readCollection(reader, SINCE);
    expect([ids, pages]).toEqual([names, 3]);
  });

  test('fails when one object cannot be read, and does not report it as deleted', async () => {
    const { url } = await servers.answering((response, request) => {
      if (request.url.startsWith('/events'))
        json(200, { events: [event('a'), event('b')] })(response, request);
      else json(403, { message: 'no' })(response, request);
    });
    const app = openApp({ baseUrl: url, collections: [ITEMS] });
    await expect(readCollection(app.of('item'), SINCE)).rejects.toMatchObject({ code: 'SOURCE_PERMISSION' });
  });
});

import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpSource } from '../../../../src/sources/http/source.ts';
import { textsOf } from '../../../support/files/read-rows.ts';
import { FeedApi, graphDelta } from '../../../support/http/feed-api.ts';
import { json, type Reply } from '../../../support/http/http-server.ts';
import { restSource, type RestSpec } from '../../../support/http/rest-source.ts';
import { RestServers } from '../../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

interface Shape {
  readonly reply: (api: FeedApi) => Reply;
  readonly spec: (origin: string) => RestSpec;
  readonly fields: readonly [id: string, name: string];
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'Microsoft Graph delta': {
    reply: graphDelta,
    spec: (origin) => ({
      url: `${origin}/delta?$select=id,name`,
      pagination: { type: 'next_url', nextUrlPath: '@odata.nextLink', keepQuery: false },
      changes: { deletedPath: '@removed', nextPath: '@odata.deltaLink' },
    }),
    fields: ['id', 'name'],
  },
  'Google Drive changes': {
    reply: (api) =>
      api.reply(
        (query) => (query.get('pageToken') === '1' ? undefined : query.get('pageToken')?.slice(1)),
        ({ records, place, isLast }) => ({
          kind: 'drive#changeList',
          changes: records.map(({ id, name, deleted = false }) => ({
            fileId: id,
            removed: deleted,
            ...(!deleted && { file: { id, name } }),
          })),
          [isLast ? 'newStartPageToken' : 'nextPageToken']: `t${place}`,
        }),
      ),
    spec: (origin) => ({
      url: `${origin}/drive/v3/changes?pageToken=1`,
      recordsPath: 'changes',
      pagination: { type: 'cursor', cursorField: 'pageToken', nextCursorPath: 'nextPageToken' },
      changes: { deletedPath: 'removed', nextPath: 'newStartPageToken', nextField: 'pageToken' },
    }),
    fields: ['fileId', 'file.name'],
  },
  'Contentful sync': {
    reply: (api) =>
      api.reply(
        (query) => query.get('sync_token') ?? undefined,
        ({ records, place, isLast }, origin) => ({
          sys: { type: 'Array' },
          items: records.map(({ id, name, deleted }) => ({
            sys: { id, type: deleted === true ? 'DeletedEntry' : 'Entry' },
            ...(deleted !== true && { fields: { title: name } }),
          })),
          [isLast ? 'nextSyncUrl' : 'nextPageUrl']: `${origin}/spaces/s/sync?sync_token=${place}`,
        }),
      ),
    spec: (origin) => ({
      url: `${origin}/spaces/s/sync?initial=true`,
      pagination: { type: 'next_url', nextUrlPath: 'nextPageUrl', keepQuery: false },
      changes: {
        deletedPath: 'sys.type',
        deletedValues: ['DeletedEntry', 'DeletedAsset'],
        nextPath: 'nextSyncUrl',
      },
    }),
    fields: ['sys.id', 'fields.title'],
  },
  'Zendesk incremental export': {
    reply: (api) =>
      api.reply(
        (query) => query.get('cursor')?.slice(1),
        ({ records, place, isLast }) => ({
          tickets: records.map(({ id, name, deleted }) => ({
            id,
            subject: name,
            status: deleted === true ? 'deleted' : 'open',
          })),
          after_cursor: `c${place}`,
          end_of_stream: isLast,
        }),
      ),
    spec: (origin) => ({
      url: `${origin}/api/v2/incremental/tickets/cursor.json?start_time=0`,
      recordsPath: 'tickets',
      pagination: {
        type: 'cursor',
        cursorField: 'cursor',
        nextCursorPath: 'after_cursor',
        lastPagePath: 'end_of_stream',
      },
      changes: {
        deletedPath: 'status',
        deletedValues: ['deleted'],
        nextPath: 'after_cursor',
        nextField: 'cursor',
      },
    }),
    fields: ['id', 'subject'],
  },
};

/** Reads to the end. @returns the live rows as `id name`, the ids of deleted ones, and the checkpoint */
async function read(source: HttpSource, [id, name]: Shape['fields'], checkpoint?: string) {
  const [live, deleted]: [string[], string[]] = [[], []];
  let end;
  for await (const batch of source.read(checkpoint, new AbortController().signal)) {
    for (const [index, row] of textsOf(batch).entries()) {
      if (batch.deletes?.includes(index) === true) deleted.push(JSON.parse(row[id] ?? 'null') as string);
      else live.push(`${JSON.parse(row[id] ?? 'null')} ${JSON.parse(row[name] ?? 'null')}`);
    }
    end = batch.end;
  }
  return { live, deleted, checkpoint: end?.checkpoint, truncated: end?.truncated };
}

describe.each(Object.entries(SHAPES))('a feed like %s', (_, shape) => {
  const start = async () => {
    const api = new FeedApi();
    const server = await servers.answering(shape.reply(api));
    const { source, lines } = restSource(shape.spec(server.url), { fields: shape.fields });
    return {
      api,
      server,
      source,
      lines,
      read: (checkpoint?: string) => read(source, shape.fields, checkpoint),
    };
  };

  test('is read whole, then by its changes, twice, with the deletes that it reports', async () => {
    const { api, source, ...feed } = await start();
    api.change(...['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, name: 'one' })), {
      id: 'd',
      name: 'one',
      deleted: true,
    });
    const whole = await feed.read();
    expect(whole).toMatchObject({
      live: ['a one', 'b one', 'c one', 'e one'],
      deleted: [],
      truncated: false,
    });
    expect(source.continuesFrom?.(whole.checkpoint ?? '')).toBe(true);

    api.change(
      { id: 'a', name: 'two' },
      { id: 'b', name: 'one', deleted: true },
      { id: 'c', name: 'two', deleted: true },
      { id: 'c', name: 'three' },
      { id: 'f', name: 'one' },
    );
    const changes = await feed.read(whole.checkpoint);
    expect(changes).toMatchObject({ live: ['a two', 'c three', 'f one'], deleted: ['b'] });
    // A run that was killed before its commit reads the same again.
    expect(await feed.read(whole.checkpoint)).toEqual(changes);

    api.change({ id: 'a', name: 'two', deleted: true });
    const later = await feed.read(changes.checkpoint);
    expect(later).toMatchObject({ live: [], deleted: ['a'] });
    expect(await feed.read(later.checkpoint)).toMatchObject({
      live: [],
      deleted: [],
      checkpoint: later.checkpoint,
    });
  });

  test('refuses a place that the API no longer knows, on any page', async () => {
    const { api, ...feed } = await start();
    api.change(...['a', 'b', 'c'].map((id) => ({ id, name: 'one' })));
    const { checkpoint } = await feed.read();
    api.change(...['d', 'e', 'f'].map((id) => ({ id, name: 'one' })));
    api.expired.add('3.2.6');
    await expect(feed.read(checkpoint)).rejects.toMatchObject({ code: 'SOURCE_PLACE_EXPIRED' });
    api.expired.add('3');
    await expect(feed.read(checkpoint)).rejects.toMatchObject({
      code: 'SOURCE_PLACE_EXPIRED',
      hint: 'To begin again, run once with --full.',
    });
    expect(await feed.read()).toMatchObject({ live: ['a one', 'b one', 'c one', 'd one', 'e one', 'f one'] });
  });
});

describe('the place for the next run', () => {
  const spec = (origin: string, more: Partial<RestSpec> = {}): RestSpec => ({
    url: `${origin}/delta`,
    secretRef: 'key',
    auth: { type: 'api_key', in: 'query', name: 'k' },
    pagination: { type: 'next_url', nextUrlPath: 'next' },
    changes: { nextPath: 'delta', resetStatuses: [404] },
    ...more,
  });
  const open = async (body: (origin: string) => unknown, more: Partial<RestSpec> = {}) => {
    const server = await servers.answering((response, request) => {
      const status = request.url.includes('expired') ? 404 : request.url.includes('other') ? 400 : 200;
      json(status, body(`http://${request.headers.host ?? ''}`))(response, request);
    });
    const { source, lines } = restSource(spec(server.url, more), { secrets: { key: 'k4n4ry-5ecret' } });
    return { server, lines, source, read: (checkpoint?: string) => read(source, ['id', 'name'], checkpoint) };
  };

  test('that the last page lacks leaves the checkpoint as it is, and the log says so', async () => {
    const { read, lines } = await open(() => ({ items: [], delta: null }));
    expect(await read()).toMatchObject({ checkpoint: undefined, truncated: false });
    expect(lines.join('\n')).toContain('warn the last page has no place for the next run');
  });

  test('is stored without the secret of the request, and sent with it', async () => {
    const { read, server } = await open((origin) => ({
      items: [],
      delta: `${origin}/delta?t=7&k=k4n4ry-5ecret`,
    }));
    const { checkpoint = '' } = await read();
    expect(checkpoint).not.toContain('k4n4ry');
    await read(checkpoint);
    expect(server.received.at(-1)?.url).toBe('/delta?t=7&k=k4n4ry-5ecret');
  });

  test('that is a credential is not stored', async () => {
    const { read, lines } = await open((origin) => ({
      items: [],
      delta: `${origin}/delta?token=abc1234567890xyz`,
    }));
    expect(await read()).toMatchObject({ checkpoint: undefined });
    expect(lines.join('\n')).toContain('set pagination.cursorField to token');
  });

  test('that leads to another server fails the run', async () => {
    const { read } = await open(() => ({ items: [], delta: 'https://evil.example.com/delta?t=1' }));
    await expect(read()).rejects.toMatchObject({
      code: 'SOURCE_PAGINATION',
      message: expect.stringContaining('https://evil.example.com, which is another server'),
    });
  });

  test('is used only for the feed that it belongs to', async () => {
    const { read, source } = await open((origin) => ({ items: [], delta: `${origin}/delta?t=7` }));
    const { checkpoint = '' } = await read();
    const other = restSource(spec('http://127.0.0.1:1', { recordsPath: 'items' })).source;
    expect([source, other].map((one) => one.continuesFrom?.(checkpoint))).toEqual([true, false]);
    expect(source.continuesFrom?.('2026-01-01T00:00:00Z')).toBe(false);
  });

  test('expires by the statuses of resetStatuses only', async () => {
    const { read } = await open((origin) => ({ items: [], delta: `${origin}/delta?expired` }));
    const { checkpoint } = await read();
    await expect(read(checkpoint)).rejects.toMatchObject({ code: 'SOURCE_PLACE_EXPIRED' });
    const refused = await open((origin) => ({ items: [], delta: `${origin}/delta?other` }));
    const place = (await refused.read()).checkpoint;
    await expect(refused.read(place)).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openApp, presetOf, readCollection } from '../../support/http/app-readers.ts';
import { DisturbedApi } from '../../support/http/disturbed-api.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { NOTION_TOKEN, NotionStandIn, rateLimited } from '../../stand-ins/apps/notion.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const START = new Date('2026-10-01T12:00:00Z');

let notion: NotionStandIn;
let api: DisturbedApi;
beforeEach(() => {
  notion = new NotionStandIn(START);
  api = new DisturbedApi(notion.reply);
});

const present = () => new Date(notion.nowMs);

/** The app of the preset with small pages, at the stand-in; waits pass at once by the clock of the stand-in. */
async function open() {
  const { url } = await servers.answering(api.reply);
  const preset = presetOf('notion');
  const spec = JSON.parse(
    JSON.stringify({ ...preset, baseUrl: url, secretRef: 'token' }).replaceAll(
      '"pageSize":100',
      '"pageSize":2',
    ),
  ) as typeof preset;
  const clock = { now: present, elapsedMs: () => notion.nowMs };
  const wait = (ms: number) => {
    notion.nowMs += ms;
    return Promise.resolve();
  };
  return openApp(spec, { token: NOTION_TOKEN }, { clock, wait });
}

function putAll(source: string, ...ids: readonly string[]): void {
  for (const id of ids) {
    notion.put(id, source, `Page ${id}`);
    notion.nowMs += MINUTE_MS;
  }
}

describe('the preset notion', () => {
  test('lists the pages of every data source when everything is read, and proves no delete', async () => {
    notion.addSource('s1');
    notion.addSource('s2');
    notion.addSource('s3');
    putAll('s1', 'a', 'b', 'c');
    putAll('s3', 'd');
    notion.trash('b');
    const { ids, end } = await readCollection((await open()).of('notion_page'));
    expect(ids).toEqual(['a', 'c', 'd']);
    expect(end).toMatchObject({ incomplete: undefined, partial: true });
    expect(notion.requests.every(({ body }) => !body.includes('last_edited_time'))).toBe(true);
    expect(notion.requests.every(({ headers }) => headers['notion-version'] === '2025-09-03')).toBe(true);
  });

  test('lists data sources, and never as if the search had found all of them', async () => {
    for (const id of ['s1', 's2', 's3']) notion.addSource(id);
    notion.notFound.add('s2');
    const { ids, end } = await readCollection((await open()).of('notion_data_source'));
    expect([ids, end]).toEqual([['s1', 's3'], { incomplete: undefined, partial: true }]);
  });

  test('gives properties of two data sources different ids', async () => {
    notion.addSource('s1', ['Status']);
    notion.addSource('s2');
    const { ids, payloads } = await readCollection((await open()).of('notion_data_source_property'));
    expect(ids).toEqual(['s1:title', 's1:p%3A0', 's2:title']);
    expect(JSON.parse(payloads.get('s1:p%3A0') ?? '')).toMatchObject({
      name: 'Status',
      data_source_id: 's1',
    });
  });

  test('lists users', async () => {
    for (const id of ['u1', 'u2', 'u3']) notion.addUser(id);
    const { ids, end } = await readCollection((await open()).of('notion_user'));
    expect(ids).toEqual(['u1', 'u2', 'u3']);
    expect(end).toMatchObject({ incomplete: undefined, partial: false });
  });

  test('finds a second edit in the minute of the last sync', async () => {
    notion.addSource('s');
    putAll('s', 'old', 'edited');
    notion.nowMs = START.getTime() + 60 * MINUTE_MS + 10 * SECOND_MS;
    notion.put('edited', 's', 'first');
    notion.nowMs += 10 * SECOND_MS;
    const since = present();
    notion.nowMs += 10 * SECOND_MS;
    notion.put('edited', 's', 'second');
    notion.nowMs += MINUTE_MS;
    const { ids, payloads } = await readCollection((await open()).of('notion_page'), since);
    expect(ids).toEqual(['edited']);
    expect(payloads.get('edited')).toContain('second');
  });

  test('finds an edit whose rounded time is before the beginning of the overlap', async () => {
    notion.addSource('s');
    // The overlap of five minutes begins at 12:55:30, and the edit of 12:55:40 has the time 12:55:00.
    notion.nowMs = Date.parse('2026-10-01T12:55:40Z');
    notion.put('edited', 's', 'late');
    notion.nowMs = Date.parse('2026-10-01T12:54:50Z');
    notion.put('older', 's', 'known');
    notion.nowMs = Date.parse('2026-10-01T13:00:30Z');
    const { ids } = await readCollection((await open()).of('notion_page'), present());
    expect(ids).toEqual(['edited']);
    expect(notion.requests.at(-1)?.body).toContain('"on_or_after":"2026-10-01T12:54:00Z"');
  });

  test('reports a query that ends at its limit of results as incomplete', async () => {
    notion.addSource('s');
    putAll('s', 'a', 'b', 'c', 'd', 'e');
    notion.resultsMax = 4;
    const { of, lines } = await open();
    const { ids, end } = await readCollection(of('notion_page'));
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    expect(end.incomplete).toContain('more entities than it listed');
    expect(lines.join('\n')).toContain('request_status.type');
  });

  test('reports nothing as incomplete when a query ends below its limit', async () => {
    notion.addSource('s');
    putAll('s', 'a', 'b', 'c', 'd');
    notion.resultsMax = 4;
    const { end } = await readCollection((await open()).of('notion_page'));
    expect(end.incomplete).toBeUndefined();
  });

  test('goes on without a data source that is removed while pages are listed', async () => {
    notion.addSource('s1');
    putAll('s1', 'a');
    const { of } = await open();
    api.replyOnce(1, (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        '{"object":"list","results":[{"id":"gone"},{"id":"s1"}],"next_cursor":null,"has_more":false}',
      );
    });
    expect((await readCollection(of('notion_page'))).ids).toEqual(['a']);
  });

  test('Rate limits respected: sends at most three requests in any second', async () => {
    notion.addSource('s');
    putAll('s', ...Array.from({ length: 16 }, (_, index) => `p${index}`));
    const times: number[] = [];
    const { url } = await servers.answering((response, request) => {
      times.push(notion.nowMs);
      notion.reply(response, request);
    });
    const { of } = openApp(
      { ...presetOf('notion'), baseUrl: url, secretRef: 'token', collections: pagesOfTwo() },
      { token: NOTION_TOKEN },
      {
        clock: { now: present, elapsedMs: () => notion.nowMs },
        wait: (ms) => {
          notion.nowMs += ms;
          return Promise.resolve();
        },
      },
    );
    await readCollection(of('notion_page'));
    expect(times).toHaveLength(9);
    for (const time of times) {
      expect(times.filter((other) => other >= time && other < time + SECOND_MS).length).toBeLessThanOrEqual(
        3,
      );
    }
  });

  test('Rate limits respected: waits for up to a minute, as Retry-After says', async () => {
    notion.addSource('s');
    putAll('s', 'a', 'b', 'c');
    const { of } = await open();
    api.replyOnce(3, rateLimited(60));
    const before = notion.nowMs;
    expect((await readCollection(of('notion_page'))).ids).toEqual(['a', 'b', 'c']);
    expect(notion.nowMs - before).toBeGreaterThanOrEqual(60 * SECOND_MS);
  });

  test('Rate limits respected: ends at once when Retry-After is longer than a sync waits', async () => {
    const { of } = await open();
    api.replyFrom(1, rateLimited(61));
    await expect(readCollection(of('notion_page'))).rejects.toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      nextRunAfter: new Date(notion.nowMs + 61 * SECOND_MS),
    });
  });
});

function pagesOfTwo() {
  const { collections } = presetOf('notion');
  return JSON.parse(
    JSON.stringify(collections).replaceAll('"pageSize":100', '"pageSize":2'),
  ) as typeof collections;
}

import { afterEach, describe, expect, test } from '@jest/globals';
import { json } from '../../support/http/http-server.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { listRest } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const RECORDS = [{ id: 1, name: 'x' }];

async function read(body: unknown, recordsPath?: string) {
  const server = await servers.answering(json(200, body));
  const { rows } = await listRest({ url: server.url, ...(recordsPath === undefined ? {} : { recordsPath }) });
  return rows.map(({ id }) => id);
}

describe('the records of a response', () => {
  test.each<[unknown, string | undefined]>([
    [RECORDS, undefined],
    [{ items: RECORDS, count: 1 }, undefined],
    [{ results: RECORDS, tags: ['a'], data: { x: [] } }, undefined],
    [{ value: RECORDS }, undefined],
    [{ data: { articles: RECORDS } }, 'data.articles'],
    [{ data: { articles: RECORDS } }, '$.data.articles'],
    [{ articles: RECORDS, items: [] }, 'articles'],
    [{ 'data.articles': RECORDS }, 'data.articles'],
    [{ items: RECORDS, error: null, errors: [] }, undefined],
  ])('are found in %j by %j', async (body, path) => {
    expect(await read(body, path)).toEqual(['1']);
  });

  test.each<[unknown, string | undefined]>([
    [[], undefined],
    [{ items: [] }, undefined],
    [{ data: { articles: null } }, 'data.articles'],
  ])('may be none: %j', async (body, path) => {
    expect(await read(body, path)).toEqual([]);
  });

  test.each<[unknown, string | undefined, RegExp]>([
    [{ articles: RECORDS }, undefined, /has no list called data, entries, .*It has: articles\./],
    [{ items: RECORDS, results: [] }, undefined, /has several lists: items, results\./],
    [{ items: 'x' }, undefined, /has no list/],
    [{}, undefined, /It has: nothing/],
    [{ status: 'error', message: 'down' }, 'items', /has no items\. It has: status, message\./],
    [{ items: { a: 1 } }, 'items', /has a items that is not an array/],
    [RECORDS, 'items', /It is not an object/],
    ['maintenance', undefined, /It is not an object/],
    [null, undefined, /It is not an object/],
  ])('are missed in %j by %j', async (body, path, words) => {
    const error = await failureOf(() => read(body, path));
    expect(error).toMatchObject({ code: 'SOURCE_RECORDS_MISSING', message: expect.stringMatching(words) });
    expect(error.hint).toContain('source.recordsPath');
  });

  test('are looked for at the same place on each page', async () => {
    const server = await servers.answering(
      json(200, { items: RECORDS, next: 'a' }),
      json(200, { results: [{ id: 2, name: 'y' }], next: null }),
    );
    const pagination = { type: 'cursor', cursorField: 'c', nextCursorPath: 'next' } as const;
    expect(await failureOf(() => listRest({ url: server.url, pagination }))).toMatchObject({
      code: 'SOURCE_RECORDS_MISSING',
    });
  });
});

import { afterEach, describe, expect, test } from '@jest/globals';
import { json } from '../../support/http/http-server.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { listRest, restSource, type RestSpec } from '../../support/http/rest-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

/** How `readAll` shows a field that a record does not have; null is null. */
const ABSENT = '';

async function list(body: unknown, spec: Omit<RestSpec, 'url'>, fields: readonly string[]) {
  const server = await servers.answering(json(200, body));
  return await listRest({ url: server.url, ...spec }, { fields });
}

describe('the records of a response', () => {
  test('are the values of a map, each with its key', async () => {
    const users = { u1: { n: 'A', next: true }, 'u.2': { id: 'old', n: 'B' } };
    for (const [body, recordsPath] of [
      [{ users }, 'users.*'],
      [users, '$.*'],
    ] as const) {
      const { rows, end } = await list(body, { recordsPath, recordKeyField: 'id' }, ['id', 'n']);
      expect(rows).toEqual([
        { id: '"u1"', n: '"A"' },
        { id: '"u.2"', n: '"B"' },
      ]);
      expect(end).toMatchObject({ truncated: false });
    }
  });

  test('are the elements of lists in lists, each with fields of its parent', async () => {
    const reports = [
      { key: 'r1', owners: [{ m: 'a@x' }, { m: 'b@x' }], rows: [{ id: 1 }, { id: 2 }] },
      { key: 'r2', rows: null },
      { key: 'r3', owners: [], rows: [{ id: 3, key: 'own' }] },
    ];
    const parentFields = { key: 'key', owner_mails: 'owners[].m' };
    const { rows, end } = await list({ reports }, { recordsPath: 'reports[].rows', parentFields }, [
      'id',
      'key',
      'owner_mails',
    ]);
    expect(rows).toEqual([
      { id: '1', key: '"r1"', owner_mails: '["a@x","b@x"]' },
      { id: '2', key: '"r1"', owner_mails: '["a@x","b@x"]' },
      { id: '3', key: '"r3"', owner_mails: '[]' },
    ]);
    expect(end).toMatchObject({ truncated: false });
  });

  test('are incomplete if an element has no list, unless ignoreSigns says that it means an empty one', async () => {
    const body = { reports: [{ rows: [{ id: 1 }] }, { error: 'timeout' }] };
    const spec = { recordsPath: 'reports[].rows' };
    expect((await list(body, spec, ['id'])).end).toMatchObject({ truncated: true });
    const ignored = await list(body, { ...spec, ignoreSigns: ['reports[].rows'] }, ['id']);
    expect(ignored.end).toMatchObject({ truncated: false });
  });

  test('are the response itself with $, whatever its members are called', async () => {
    const { rows, end } = await list({ id: 7, next: 'x', total: 9 }, { recordsPath: '$' }, ['id', 'total']);
    expect(rows).toEqual([{ id: '7', total: '9' }]);
    expect(end).toMatchObject({ truncated: false });
  });

  test.each<[unknown, string]>([
    [{ data: 1 }, 'data.*'],
    [{ reports: [{ row: [] }] }, 'reports[].rows'],
    [{ reports: {} }, 'reports[].rows'],
    [{ reports: [{ rows: {} }] }, 'reports[].rows'],
    ['text', '$'],
  ])('in %j are not found by %s', async (body, recordsPath) => {
    expect(await failureOf(() => list(body, { recordsPath }, ['id']))).toMatchObject({
      code: 'SOURCE_RECORDS_MISSING',
    });
  });
});

describe('a computed field', () => {
  test('has the value of a path or the text of a template, with every digit, and other members keep their bytes', async () => {
    const body =
      '[ {"id": 9007199254740993.10, "s" : "\\u0041", "space":{"key":"ENG"},"t":[{"plain_text":"A\\"b"}]} ,{"id":2,"s":"","space":{}} ]';
    const server = await servers.answering((response) => {
      response.setHeader('content-type', 'application/json');
      response.end(body);
    });
    const fields = { title: 't[0].plain_text', ref: '{{ space.key }}-{{ id }}', copy: 'id' };
    const { rows } = await listRest(
      { url: server.url, fields },
      { fields: ['id', 's', 'title', 'ref', 'copy'] },
    );
    expect(rows).toEqual([
      {
        id: '9007199254740993.10',
        s: '"\\u0041"',
        title: '"A\\"b"',
        ref: '"ENG-9007199254740993.10"',
        copy: '9007199254740993.10',
      },
      { id: '2', s: '""', title: ABSENT, ref: ABSENT, copy: '2' },
    ]);
  });

  test('replaces a member of the record, also when it reaches nothing, so that no other readers are taken', async () => {
    const fields = { readers: 'permissions[type=user].emailAddress' };
    const records = [
      { id: 1, readers: ['everybody'], permissions: [{ type: 'user', emailAddress: 'a@x' }] },
      { id: 2, readers: ['everybody'], permissions: [{ type: 'group', emailAddress: 'g@x' }] },
      { id: 3, readers: ['everybody'] },
    ];
    const { rows } = await list(records, { fields }, ['id', 'readers']);
    expect(rows.map(({ readers }) => readers)).toEqual(['["a@x"]', '[]', ABSENT]);
  });

  test('that reaches nothing in any record is an error that names it', async () => {
    const failure = await failureOf(() => list([{ id: 1 }], { fields: { title: 'nam' } }, ['id', 'title']));
    expect(failure).toMatchObject({
      code: 'SOURCE_COLUMN_MISSING',
      hint: expect.stringContaining('source.fields.title'),
    });
  });

  test('can be the id, the watermark and the cursor of a listing that resumes where it stopped', async () => {
    const pages = [
      {
        data: { a: { n: 1, v: [{ at: '2026-01-01' }] }, b: { n: 2, v: [{ at: '2026-01-02' }] } },
        last: [1, 2],
      },
      { data: { c: { n: 3, v: [{ at: '2026-01-03' }] } }, last: [] },
    ];
    const server = await servers.answering((response, request) => {
      const after = new URL(request.url, 'http://x').searchParams.get('after');
      json(200, pages[after === '2' ? 1 : 0])(response, request);
    });
    const spec: RestSpec = {
      url: server.url,
      recordsPath: 'data.*',
      recordKeyField: 'key',
      fields: { id: '{{ key }}-{{ n }}', at: 'v[-1].at' },
      pagination: { type: 'cursor', cursorField: 'after', nextCursorPath: 'last[-1]' },
      resumable: true,
      pagesPerRun: 1,
    };
    const read = async (checkpoint?: string) =>
      await readAll(restSource(spec, { fields: ['id', 'at'] }).source, checkpoint);
    const first = await read();
    expect(first.rows.map(({ id }) => id)).toEqual(['"a-1"', '"b-2"']);
    const second = await read(first.end.checkpoint);
    expect(second.rows).toEqual([{ id: '"c-3"', at: '"2026-01-03"' }]);
  });
});

import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PaginationSpec } from '../../../src/definitions/rest/types.ts';
import { RowSpool } from '../../../src/sources/http/spool.ts';
import { json, type Reply } from '../../support/http/http-server.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { listRest, restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const FIELDS = ['id', 'name', 'at'];
const CURSOR: PaginationSpec = { type: 'cursor', cursorField: 'after', nextCursorPath: 'next' };
const at = (minute: number) => `2024-01-02T00:${String(minute).padStart(2, '0')}:00Z`;
const change = (id: number, name: string, minute: number) => ({ id, name, at: at(minute) });
const page = (items: readonly object[], next: string | null = null): Reply => json(200, { items, next });

/** Reads a feed of changes. */
async function feed(pagination: PaginationSpec | undefined, ...replies: readonly Reply[]) {
  const server = await servers.answering(...replies);
  const { rows, end } = await listRest(
    {
      url: `${server.url}/changes?since=:watermark`,
      watermarkField: 'at',
      ...(pagination === undefined ? {} : { pagination }),
    },
    { fields: FIELDS },
  );
  return { names: rows.map(({ id, name }) => `${id} ${name}`), end };
}

describe('a feed that has one id twice', () => {
  test.each<[string, readonly Reply[], readonly string[]]>([
    [
      'on one page',
      [page([change(1, 'old', 1), change(2, 'b', 2), change(1, 'new', 3)])],
      ['2 "b"', '1 "new"'],
    ],
    [
      'on pages far from each other',
      [page([change(1, 'old', 1)], 'x'), page([change(2, 'b', 2)], 'y'), page([change(1, 'new', 3)])],
      ['2 "b"', '1 "new"'],
    ],
    [
      'three times',
      [page([change(1, 'a', 1), change(1, 'b', 2)], 'x'), page([change(1, 'c', 3)])],
      ['1 "c"'],
    ],
    [
      'as it was',
      [page([change(1, 'a', 3), change(2, 'b', 2)], 'x'), page([change(1, 'a', 3)])],
      ['2 "b"', '1 "a"'],
    ],
    [
      'with the newest first',
      [page([change(1, 'new', 3), change(2, 'b', 2)], 'x'), page([change(1, 'old', 1)])],
      ['1 "new"', '2 "b"'],
    ],
    ['at one time', [page([change(1, 'a', 3), change(1, 'b', 3)])], ['1 "b"']],
    [
      'as a number and as a text',
      [page([change(1, 'a', 1), { ...change(1, 'b', 3), id: '1' }])],
      ['"1" "b"'],
    ],
  ])('%s gives its later version, and the checkpoint moves', async (_, replies, names) => {
    const { names: listed, end } = await feed(CURSOR, ...replies);
    expect(listed).toEqual(names);
    expect(end).toEqual({ checkpoint: at(3), truncated: false });
  });

  test('without a watermark in its records gives the later one in the listing', async () => {
    const { names } = await feed(CURSOR, page([{ id: 1, name: 'a' }], 'x'), page([{ id: 1, name: 'b' }]));
    expect(names).toEqual(['1 "b"']);
  });

  test('on counted pages lets the next run begin where the earlier version was', async () => {
    const replies = [
      page([change(1, 'a', 1), change(2, 'b', 2)]),
      page([change(3, 'c', 3), change(1, 'd', 4)]),
    ];
    const { names, end } = await feed({ type: 'page' }, ...replies, page([]));
    expect(names).toEqual(['2 "b"', '3 "c"', '1 "d"']);
    expect(end).toEqual({ checkpoint: at(1), truncated: false });
  });

  test('as it was on counted pages was moved, so the listing is not complete', async () => {
    const replies = [
      page([change(1, 'a', 1), change(2, 'b', 2)]),
      page([change(2, 'b', 2), change(3, 'c', 3)]),
    ];
    const { names, end } = await feed({ type: 'page' }, ...replies, page([]));
    expect(names).toEqual(['1 "a"', '2 "b"', '3 "c"']);
    expect(end).toEqual({ checkpoint: undefined, truncated: true });
  });

  test('read in parts gives its later version in each part', async () => {
    const server = await servers.answering(page([change(1, 'a', 1)], 'x'), page([change(1, 'b', 2)]));
    const spec = { url: server.url, resumable: true, pagination: CURSOR, watermarkField: 'at' };
    const { rows } = await listRest(spec, { fields: FIELDS });
    expect(rows.map(({ name }) => name)).toEqual(['"b"']);
  });
});

describe('a watermark later than the present of the API', () => {
  const DATE = 'Tue, 02 Jan 2024 00:30:00 GMT';
  const spec = (url: string, more = {}) => ({
    url: `${url}/changes?since=:watermark`,
    watermarkField: 'at',
    ...more,
  });
  const row = (id: number, time: string) => ({ id, name: 'a', at: time });

  test.each<[string, string | number, readonly string[], string, readonly string[]]>([
    ['by more than the lag', '5m', [at(10), at(35), at(36)], at(35), [at(36)]],
    [
      'by years',
      '1h',
      [at(10), '2099-01-01T00:00:00Z', '2098-01-01T00:00:00+01:00'],
      at(10),
      ['2098-01-01T00:00:00+01:00', '2099-01-01T00:00:00Z'],
    ],
    [
      'in RFC 1123',
      '5m',
      ['Tue, 02 Jan 2024 00:20:00 GMT', 'Wed, 01 Jan 2098 00:00:00 GMT'],
      'Tue, 02 Jan 2024 00:20:00 GMT',
      ['Wed, 01 Jan 2098 00:00:00 GMT'],
    ],
    [
      'without a zone, which may be local time anywhere',
      '5m',
      ['2024-01-02T14:00:00', '2024-01-02T15:00:00'],
      '2024-01-02T14:00:00',
      ['2024-01-02T15:00:00'],
    ],
  ])('%s does not become the checkpoint', async (_, watermarkLag, times, checkpoint, ahead) => {
    const server = await servers.answering(
      json(
        200,
        times.map((time, id) => row(id, time)),
        { date: DATE },
      ),
    );
    const { rows, end } = await listRest(spec(server.url, { watermarkLag }), { fields: FIELDS });
    expect(rows).toHaveLength(times.length);
    expect(end).toEqual({
      checkpoint,
      truncated: false,
      ahead: { rows: ahead.length, highest: ahead.at(-1) },
    });
  });

  test('is compared with the clock of this machine where the API does not tell its own', async () => {
    const silent: Reply = (response) => {
      response.sendDate = false;
      response.end(JSON.stringify([row(1, '2026-11-20T12:04:00Z'), row(2, '2026-11-20T12:06:00Z')]));
    };
    const server = await servers.answering(silent);
    const { end } = await listRest(spec(server.url), { fields: FIELDS });
    expect(end).toMatchObject({ checkpoint: '2026-11-20T12:04:00Z', ahead: { rows: 1 } });
  });

  test('that is the checkpoint already counts as none', async () => {
    const server = await servers.answering(json(200, [row(1, at(10))], { date: DATE }));
    const { source, lines } = restSource(spec(server.url), { fields: FIELDS });
    const { rows, end } = await readAll(source, '2099-01-01T00:00:00Z');
    expect(rows).toHaveLength(1);
    expect(end.checkpoint).toBe(at(10));
    expect(server.received.map(({ url }) => decodeURIComponent(url))).toEqual([
      '/changes?since=2098-12-31T23:55:00Z',
      '/changes?since=1970-01-01T00:00:00Z',
    ]);
    expect(lines.join('\n')).toContain('later than the present of the API');
  });

  test('does not apply to numbers', async () => {
    const server = await servers.answering(
      json(200, [{ id: 1, name: 'a', at: 99_999_999_999 }], { date: DATE }),
    );
    const { end } = await listRest(spec(server.url, { watermarkStart: 0 }), { fields: FIELDS });
    expect(end).toEqual({ checkpoint: '99999999999', truncated: false });
  });
});

describe('a spool', () => {
  test('gives back every row, again and again, whatever is held in memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }),
        fc.constantFrom(1, 64, 1_000_000),
        async (contents, held) => {
          const spool = new RowSpool(held);
          try {
            for (const [index, content] of contents.entries()) {
              spool.begin({ high: index, low: index + 1 });
              spool.startRow(content.length);
              spool.append(Buffer.from(content), 0, content.length);
              spool.endRow();
              await spool.settle();
            }
            for (let time = 0; time < 2; time++) {
              const read: [number, Uint8Array][] = [];
              for await (const { high, bytes, start, end } of spool.rows()) {
                read.push([high, Uint8Array.from(bytes.subarray(start, end))]);
              }
              expect(read).toEqual(contents.map((content, index) => [index, Uint8Array.from(content)]));
            }
          } finally {
            await spool.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

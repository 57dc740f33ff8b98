import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PaginationSpec } from '../../../../src/definitions/rest/types.ts';
import { json, type Reply, type TestServer } from '../../../support/http/http-server.ts';
import { listRest, type RestSpec } from '../../../support/http/rest-source.ts';
import { RestServers } from '../../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const NOW = '2026-11-20T12:00:00Z';
const FIELDS = ['id', 'at'];
const ms = (iso: string): number => Date.parse(iso);

interface Change {
  readonly id: number;
  readonly at: string;
}

interface Api {
  readonly changes: readonly Change[];
  /** Whether a record at the start or the end of a window is in it. */
  readonly ends?: readonly [start: boolean, end: boolean];
  /** Records that a listing can reach, whatever its total. */
  readonly reachable?: number;
  readonly pageSize?: number;
  readonly readTime?: (text: string) => number;
  readonly date?: string;
  /** Answers a request in place of the API. */
  readonly instead?: (window: string, after: number) => Reply | undefined;
}

/** A search API: `from`, `to`, `after` and a total, like that of HubSpot. */
async function search({
  changes,
  ends = [true, false],
  reachable = Infinity,
  pageSize = 100,
  readTime = ms,
  date = NOW,
  instead,
}: Api): Promise<TestServer & { readonly windows: () => string[] }> {
  const server = await servers.answering((response, request) => {
    const query = new URL(request.url, 'http://x').searchParams;
    const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
    const offset = Number(query.get('after') ?? 0);
    const other = instead?.(`${from} ${to}`, offset);
    if (other !== undefined) {
      other(response, request);
      return;
    }
    const [start, end] = [readTime(from), readTime(to)];
    const found = changes
      .filter(
        ({ at }) => (ends[0] ? ms(at) >= start : ms(at) > start) && (ends[1] ? ms(at) <= end : ms(at) < end),
      )
      .sort((one, two) => ms(one.at) - ms(two.at));
    const next = offset + pageSize;
    const hasNext = next < Math.min(found.length, reachable);
    const body = {
      total: found.length,
      items: found.slice(offset, Math.min(next, reachable)),
      next: hasNext ? next : null,
    };
    json(200, body, { date: new Date(date).toUTCString() })(response, request);
  });
  const windows = () => [
    ...new Set(
      server.received.map(({ url }) => {
        const query = new URL(url, 'http://x').searchParams;
        return `${query.get('from') ?? ''} ${query.get('to') ?? ''}`;
      }),
    ),
  ];
  return { ...server, windows };
}

const PAGINATION: PaginationSpec = {
  type: 'cursor',
  cursorField: 'after',
  nextCursorPath: 'next',
  totalPath: 'total',
};

const specOf = (server: TestServer, step: string, more: Partial<RestSpec> = {}): RestSpec => ({
  url: `${server.url}/search?from=:watermark&to=:until`,
  watermarkField: 'at',
  watermarkStart: '2026-11-10',
  watermarkLag: '1h',
  pagination: PAGINATION,
  window: { step },
  ...more,
});

const list = async (spec: RestSpec, checkpoint?: string) => {
  const { rows, end } = await listRest(spec, { fields: FIELDS }, checkpoint);
  return { ids: rows.map(({ id }) => Number(id)), end };
};

describe('a history that is read in windows', () => {
  test('advances with each window, also without records, and ends at the present', async () => {
    const changes = [
      { id: 1, at: '2026-11-10T00:00:00Z' },
      { id: 2, at: '2026-11-19T23:59:59.999Z' },
    ];
    const server = await search({ changes });
    const spec = specOf(server, '4d');
    const { ids, end } = await list(spec);
    expect(ids).toEqual([1, 2]);
    expect(end).toEqual({ checkpoint: NOW, truncated: false });
    expect(server.windows()).toEqual([
      '2026-11-10T00:00:00Z 2026-11-14T00:00:00Z',
      '2026-11-13T23:59:59Z 2026-11-18T00:00:00Z',
      '2026-11-17T23:59:59Z 2026-11-20T12:00:00Z',
    ]);
    await list(spec, end.checkpoint);
    expect(server.windows().at(-1)).toBe('2026-11-20T11:00:00Z 2026-11-20T12:00:00Z');
  });

  test('is read in parts of windowsPerRun windows, each where the last run stopped', async () => {
    const changes = Array.from({ length: 10 }, (_, day) => ({
      id: day,
      at: `2026-11-${10 + day}T10:00:00Z`,
    }));
    const server = await search({ changes });
    const spec = specOf(server, '4d', { window: { step: '4d', windowsPerRun: 1 } });
    const first = await list(spec);
    expect([first.ids, first.end.checkpoint]).toEqual([[0, 1, 2, 3], '2026-11-14T00:00:00Z']);
    const second = await list(spec, first.end.checkpoint);
    expect([second.ids, second.end.checkpoint]).toEqual([[4, 5, 6, 7], '2026-11-17T23:00:00Z']);
    const third = await list(spec, second.end.checkpoint);
    expect([third.ids, third.end.checkpoint]).toEqual([[8, 9], NOW]);
  });

  test('has every record once, whichever ends of a window the API counts in and however coarse its times are', async () => {
    const minute = (text: string) => ms(`${text.replace(' ', 'T')}:00Z`);
    const day = (text: string) => ms(`${text}T00:00:00Z`);
    const forms = [
      [undefined, ms],
      ['%Y-%m-%d %H:%M', minute],
      ['date', day],
      ['epoch_milliseconds', Number],
    ] as const;
    const at = fc
      .integer({ min: ms('2026-11-10T00:00:00Z'), max: ms(NOW) - 1 })
      .chain((time) => fc.constantFrom(time, time - (time % 60_000), time - (time % 86_400_000)));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(at, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(...forms),
        fc.tuple(fc.boolean(), fc.boolean()),
        fc.constantFrom('1d', '30h', '5d', '90d'),
        fc.integer({ min: 2, max: 9 }),
        async (times, [watermarkFormat, readTime], ends, step, pageSize) => {
          const changes = times.map((time, id) => ({ id, at: new Date(time).toISOString() }));
          const server = await search({ changes, ends, readTime, pageSize });
          const format = watermarkFormat === undefined ? {} : { watermarkFormat };
          const { ids } = await list(
            specOf(server, step, { ...format, watermarkStart: '2026-11-09T00:00:00Z' }),
          );
          expect(ids.sort((one, two) => one - two)).toEqual(changes.map(({ id }) => id));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('reads a window again in shorter ones if its listing reaches only some of its records', async () => {
    const changes = Array.from({ length: 40 }, (_, index) => ({
      id: index,
      at: new Date(ms('2026-11-12T00:00:00Z') + index * 60_000).toISOString(),
    }));
    const server = await search({ changes, reachable: 10, pageSize: 5 });
    const { ids, end } = await list(specOf(server, '11d'));
    expect(new Set(ids).size).toBe(40);
    expect(end).toEqual({ checkpoint: NOW, truncated: false });
  });

  test('reads a window again in shorter ones if the API refuses pages beyond a number of records', async () => {
    const changes = Array.from({ length: 40 }, (_, index) => ({
      id: index,
      at: new Date(ms('2026-11-12T00:00:00Z') + index * 3_600_000).toISOString(),
    }));
    const server = await search({
      changes,
      pageSize: 5,
      instead: (_, after) => (after >= 10 ? json(400, { message: 'The search is limited' }) : undefined),
    });
    const { ids, end } = await list(specOf(server, '11d'));
    expect(new Set(ids).size).toBe(40);
    expect(end).toEqual({ checkpoint: NOW, truncated: false });
  });

  test('fails with the window if even the shortest one cannot be read to its end', async () => {
    const changes = Array.from({ length: 20 }, (_, id) => ({ id, at: '2026-11-12T00:00:00Z' }));
    const server = await search({ changes, reachable: 10 });
    await expect(list(specOf(server, '11d'))).rejects.toMatchObject({
      code: 'SOURCE_PAGINATION',
      message: expect.stringMatching(/incomplete even for a window of 1 s: 2026-11-1\dT/),
    });
    expect(server.received.length).toBeLessThan(100);
  });

  test('keeps the finished windows if the API asks to wait', async () => {
    const changes = [
      { id: 1, at: '2026-11-11T00:00:00Z' },
      { id: 2, at: '2026-11-15T00:00:00Z' },
    ];
    let busy = true;
    const server = await search({
      changes,
      instead: (window) =>
        busy && window.startsWith('2026-11-13') ? json(429, {}, { 'retry-after': '86400' }) : undefined,
    });
    const spec = specOf(server, '4d');
    const first = await list(spec);
    expect([first.ids, first.end]).toEqual([[1], { checkpoint: '2026-11-14T00:00:00Z', truncated: false }]);
    busy = false;
    const second = await list(spec, first.end.checkpoint);
    expect([second.ids, second.end.checkpoint]).toEqual([[2], NOW]);
  });

  test('that fails in the middle moves no checkpoint, so the next run reads all of it', async () => {
    const server = await search({
      changes: [{ id: 1, at: '2026-11-11T00:00:00Z' }],
      instead: (window) => (window.startsWith('2026-11-17') ? json(400, { error: 'no' }) : undefined),
    });
    await expect(list(specOf(server, '4d'))).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  });

  test('gives a record that changed while it was read once, in its latest version', async () => {
    const old = { id: 1, at: '2026-11-11T00:00:00Z', name: 'old' };
    const fresh = { id: 1, at: '2026-11-20T11:59:00Z', name: 'new' };
    const server = await servers.answering((response, request) => {
      const isFirst = request.url.includes('to=2026-11-14');
      const isLast = request.url.includes('to=2026-11-20');
      json(200, { items: isFirst ? [old] : isLast ? [fresh] : [], total: isFirst || isLast ? 1 : 0 })(
        response,
        request,
      );
    });
    const { rows } = await listRest(specOf(server, '4d'), { fields: ['id', 'at', 'name'] });
    expect(rows.map(({ name }) => name)).toEqual(['"new"']);
  });

  test('never passes the present of the API', async () => {
    const server = await search({ changes: [], date: '2026-11-20T11:20:00Z' });
    const { end } = await list(specOf(server, '4d'));
    expect(end.checkpoint).toBe('2026-11-20T11:20:00Z');
  });
});

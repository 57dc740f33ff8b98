import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PaginationSpec } from '../../../src/definitions/rest/types.ts';
import { json, type Reply } from '../../support/http/http-server.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { planOver, runOver } from '../../support/pipeline/planning.ts';
import { restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

interface Item {
  readonly id: number;
  readonly title: string;
}

/** Something that happens to the records after a page was answered; `which` is a place in the list. */
type Change = { readonly after: number } & (
  { readonly kind: 'insert' } | { readonly kind: 'edit' | 'delete'; readonly which: number }
);

const PAGE_SIZE = 2;
const PAGINATIONS: readonly PaginationSpec[] = [
  { type: 'page' },
  { type: 'offset' },
  { type: 'next_url', nextUrlPath: 'next' },
  { type: 'link_header' },
  { type: 'cursor', cursorField: 'page', nextCursorPath: 'page' },
  { type: 'cursor', cursorField: 'page', nextCursorHeader: 'X-After' },
  { type: 'page', totalHeader: 'X-Total-Count' },
  { type: 'page', totalPagesHeader: 'X-Total-Pages' },
  { type: 'offset', totalHeader: 'X-Total-Count' },
  { type: 'page', endStatuses: [404] },
  { type: 'page', endsOnShortPage: true, pageSize: PAGE_SIZE },
  { type: 'offset', endsOnShortPage: true, pageSize: PAGE_SIZE },
  { type: 'next_url', nextUrlPath: 'next', lastPagePath: 'last' },
];

/** An API whose pages are numbers, however they are called. An edit puts a record where the order has the newest. */
class MovingApi {
  items: Item[] = [];
  newestFirst = true;
  changes: readonly Change[] = [];
  /** Undefined before a listing during which something happens. */
  #asked: number | undefined;
  #nextId = 100;

  begin(count: number, newestFirst: boolean): void {
    this.items = Array.from({ length: count }, (_, index) => ({ id: index + 1, title: `T${index}` }));
    this.newestFirst = newestFirst;
    this.changes = [];
    this.#asked = undefined;
  }

  during(changes: readonly Change[]): void {
    this.changes = changes;
    this.#asked = 0;
  }

  readonly reply: Reply = (response, request) => {
    const query = new URL(request.url, 'http://x').searchParams;
    const page = Number(query.get('page') ?? 1);
    const from = Number(query.get('offset') ?? (page - 1) * PAGE_SIZE);
    const data = this.items.slice(from, from + PAGE_SIZE);
    const more = from + PAGE_SIZE < this.items.length;
    // Only those of the style that is asked for, by the path.
    const style = request.url.slice(1).split('?')[0] ?? '';
    const next = style === 'always_next' || (more && !query.has('offset')) ? `?page=${page + 1}` : null;
    const body =
      style === 'next_url'
        ? { data, next }
        : style === 'body'
          ? { data, page: more ? page + 1 : null }
          : style === 'always_next'
            ? { data, next, last: !more }
            : { data };
    const headers: Record<string, string> = {};
    if (style === 'totals') headers['x-total-count'] = String(this.items.length);
    if (style === 'totals') headers['x-total-pages'] = String(Math.ceil(this.items.length / PAGE_SIZE));
    if (style === 'link_header' && next !== null) headers['link'] = `<${next}>; rel="next"`;
    if (style === 'header' && more) headers['x-after'] = String(page + 1);
    const isMissing = style === 'ends_with_404' && from > 0 && data.length === 0;
    json(isMissing ? 404 : 200, body, headers)(response, request);
    if (this.#asked === undefined) return;
    this.#asked++;
    for (const change of this.changes.filter(({ after }) => after === this.#asked)) this.#apply(change);
  };

  #apply(change: Change): void {
    const put = (item: Item): void => {
      this.items = this.newestFirst ? [item, ...this.items] : [...this.items, item];
    };
    if (change.kind === 'insert') {
      put({ id: this.#nextId++, title: 'new' });
      return;
    }
    const at = change.which % Math.max(this.items.length, 1);
    const [item] = this.items.splice(at, 1);
    if (item !== undefined && change.kind === 'edit') put({ ...item, title: `${item.title}!` });
  }
}

const styleOf = (spec: PaginationSpec): string => {
  if (spec.totalHeader !== undefined || spec.totalPagesHeader !== undefined) return 'totals';
  if (spec.endStatuses !== undefined) return 'ends_with_404';
  if (spec.lastPagePath !== undefined) return 'always_next';
  return spec.type !== 'cursor' ? spec.type : spec.nextCursorHeader === undefined ? 'body' : 'header';
};

const sourceOf = (url: string, pagination: PaginationSpec) =>
  restSource({ url: `${url}/${styleOf(pagination)}`, pagination }, { fields: ['id', 'title'] }).source;

/** How many pages were read before a change; a run may read all pages several times. */
const after = fc.integer({ min: 1, max: 16 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ after, kind: fc.constant('insert' as const) }),
  fc.record({
    after,
    kind: fc.constantFrom('edit' as const, 'delete' as const),
    which: fc.nat(9),
  }),
);

describe('a listing of pages that are numbers, however they are called', () => {
  test('deletes no live record, whatever is inserted, edited and deleted while it is read', async () => {
    const api = new MovingApi();
    const server = await servers.answering(api.reply);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PAGINATIONS),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.array(change, { maxLength: 8 }),
        async (pagination, count, newestFirst, changes) => {
          api.begin(count, newestFirst);
          const known = new KnownRecords();
          await runOver(sourceOf(server.url, pagination), known);
          expect(known.byId.size).toBe(count);
          api.during(changes);
          // One that fails has deleted nothing.
          const planned = await planOver(sourceOf(server.url, pagination), known).catch(() => undefined);
          const live = new Set(api.items.map(({ id }) => `hr:${id}`));
          expect(planned?.found.deletes.filter((docId) => live.has(docId)) ?? []).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  }, 120_000);

  test('deletes what is gone when nothing moves', async () => {
    const api = new MovingApi();
    const server = await servers.answering(api.reply);
    for (const pagination of PAGINATIONS) {
      api.begin(5, true);
      const known = new KnownRecords();
      await runOver(sourceOf(server.url, pagination), known);
      api.items.splice(1, 1);
      const { found, holdReason } = await planOver(sourceOf(server.url, pagination), known);
      expect([found.deletes, holdReason]).toEqual([['hr:2'], null]);
    }
  });

  test('is read again where a record was deleted on a page that was read, and moved another one there', async () => {
    const api = new MovingApi();
    const server = await servers.answering(api.reply);
    api.begin(6, true);
    const known = new KnownRecords();
    const pagination: PaginationSpec = { type: 'page' };
    await runOver(sourceOf(server.url, pagination), known);
    api.during([{ after: 1, kind: 'delete', which: 0 }]);
    const { found, holdReason, remarks, tally } = await planOver(sourceOf(server.url, pagination), known);
    expect([found.deletes, holdReason, remarks.truncated]).toEqual([[], null, undefined]);
    expect(tally.counts()).toMatchObject({ seen: 5, missing: 0 });
  });
});

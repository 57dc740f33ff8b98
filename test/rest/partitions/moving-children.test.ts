import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PaginationSpec } from '../../../src/definitions/rest/types.ts';
import { json, type Reply } from '../../support/http/http-server.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { planOver, runOver } from '../../support/pipeline/planning.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { restSource } from '../../support/http/rest-source.ts';

const servers = new RestServers();
afterEach(() => servers.close());

/** What happens in the wiki after an answer; numbers choose a space or a page, modulo how many there are. */
interface Change {
  readonly after: number;
  readonly kind: 'insert' | 'edit' | 'delete' | 'move' | 'addSpace' | 'removeSpace';
  readonly which: number;
  readonly to: number;
}

interface Space {
  readonly key: string;
  pages: { readonly id: number; readonly title: string }[];
}

const SIZE = 2;

/** Spaces with pages. New and edited pages, and new spaces, come first. A page is read by its own address too. */
class MovingWiki {
  spaces: Space[] = [];
  #changes: readonly Change[] = [];
  #asked: number | undefined;
  #nextId = 100;

  begin(counts: readonly number[]): void {
    let id = 0;
    this.spaces = counts.map((count, index) => ({
      key: `S${index}`,
      pages: Array.from({ length: count }, () => ({ id: ++id, title: 'T' })),
    }));
    this.#changes = [];
    this.#asked = undefined;
  }

  during(changes: readonly Change[]): void {
    this.#changes = changes;
    this.#asked = 0;
  }

  get ids(): Set<string> {
    return new Set(this.spaces.flatMap(({ pages }) => pages.map(({ id }) => `hr:${id}`)));
  }

  readonly reply: Reply = (response, request) => {
    const { pathname, searchParams } = new URL(request.url, 'http://x');
    const from = Number(searchParams.get('offset') ?? 0);
    const [, key, id] = /^\/(?:spaces\/(\w+)|pages\/(\d+))$/.exec(pathname) ?? [];
    // Changes end with the first of the two listings that prove a delete.
    if (pathname === '/spaces' && from === 0 && this.#asked !== undefined && this.#asked > 0)
      this.#changes = [];
    const space = this.spaces.find((one) => one.key === key);
    if (id !== undefined) {
      const page = this.spaces.flatMap(({ pages }) => pages).find((one) => one.id === Number(id));
      json(page === undefined ? 404 : 200, page ?? {})(response, request);
    } else if (key !== undefined && space === undefined) {
      json(404, {})(response, request);
    } else {
      const items: readonly object[] = space?.pages ?? this.spaces.map((one) => ({ key: one.key }));
      json(200, { data: items.slice(from, from + SIZE) })(response, request);
    }
    if (this.#asked === undefined) return;
    this.#asked++;
    for (const change of this.#changes.filter(({ after }) => after === this.#asked)) this.#apply(change);
  };

  #apply({ kind, which, to }: Change): void {
    if (kind === 'addSpace') this.spaces.unshift({ key: `N${this.#nextId++}`, pages: [] });
    if (this.spaces.length === 0) return;
    const space = this.spaces[which % this.spaces.length];
    const target = this.spaces[to % this.spaces.length];
    if (space === undefined || target === undefined) return;
    if (kind === 'removeSpace') this.spaces = this.spaces.filter((one) => one !== space);
    if (kind === 'insert') space.pages.unshift({ id: this.#nextId++, title: 'new' });
    if (!['edit', 'delete', 'move'].includes(kind)) return;
    const [page] = space.pages.splice(which % Math.max(space.pages.length, 1), 1);
    if (page === undefined || kind === 'delete') return;
    (kind === 'move' ? target : space).pages.unshift({ ...page, title: `${page.title}!` });
  }
}

const change: fc.Arbitrary<Change> = fc.record({
  after: fc.integer({ min: 1, max: 9 }),
  kind: fc.constantFrom('insert', 'edit', 'delete', 'move', 'addSpace', 'removeSpace'),
  which: fc.nat(9),
  to: fc.nat(9),
});

const OFFSETS: PaginationSpec = { type: 'offset' };

function sourceOf(url: string, concurrency: number, hasDetail: boolean) {
  const spec = {
    url: `${url}/spaces/{{ parent.key }}`,
    pagination: OFFSETS,
    parents: { url: `${url}/spaces`, pagination: OFFSETS, concurrency, missingStatuses: [404] },
    ...(hasDetail && { detail: { url: `${url}/pages/{{ record.id }}`, missingStatuses: [404] } }),
  };
  return restSource(spec, { fields: ['id', 'title'] }).source;
}

describe('listings of children whose records and parents change while they are read', () => {
  test('delete no live record', async () => {
    const api = new MovingWiki();
    const server = await servers.answering(api.reply);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.array(change, { maxLength: 4 }),
        async (counts, concurrency, hasDetail, changes) => {
          api.begin(counts);
          const known = new KnownRecords();
          await runOver(sourceOf(server.url, concurrency, hasDetail), known);
          expect(new Set(known.byId.keys())).toEqual(api.ids);
          api.during(changes);
          // One that fails has deleted nothing.
          const planned = await planOver(sourceOf(server.url, concurrency, hasDetail), known).catch(
            () => undefined,
          );
          const live = api.ids;
          expect(planned?.found.deletes.filter((docId) => live.has(docId)) ?? []).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  test('delete what is gone: a page, and all pages of a removed space', async () => {
    const api = new MovingWiki();
    const server = await servers.answering(api.reply);
    api.begin([3, 2, 1]);
    const known = new KnownRecords();
    await runOver(sourceOf(server.url, 2, true), known);
    api.spaces[0]?.pages.splice(1, 1);
    api.spaces.splice(1, 1);
    const { found, holdReason } = await planOver(sourceOf(server.url, 2, true), known);
    expect([found.deletes.sort(), holdReason]).toEqual([['hr:2', 'hr:4', 'hr:5'], null]);
  });
});

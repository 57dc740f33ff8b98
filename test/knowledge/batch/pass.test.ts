import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { passOf, rememberedCursor, stalePagesAfter, type Pass } from '../../../src/knowledge/batch/pass.ts';
import { STALE_PAGES_MAX } from '../../../src/knowledge/limits.ts';

const FIRST = passOf(undefined, { listing: 'l', restart: false, now: new Date(0) });
const PAGE = { url: 'http://api.test/items' };

/** Reads the pages of a listing. @returns how many pages were read before it ended or was refused */
function walk(
  cursorAfter: (page: number) => string | undefined,
  most: number,
): { pages: number; refused: boolean } {
  let pass: Pass = FIRST;
  for (let page = 1; page <= most; page++) {
    const next = cursorAfter(page);
    if (next === undefined) return { pages: page, refused: false };
    try {
      pass = { ...pass, ...rememberedCursor(pass, next, PAGE), pages: page };
    } catch {
      return { pages: page, refused: true };
    }
  }
  throw new Error('The listing does not end.');
}

describe('a cursor that repeats', () => {
  test('is found after at most three times the pages before and in the circle, whatever their numbers are', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 300 }), (before, length) => {
        const cursorAfter = (page: number) =>
          page <= before ? `before ${page}` : `circle ${(page - before) % length}`;
        const { pages, refused } = walk(cursorAfter, 3 * (before + length) + 3);
        expect(refused).toBe(true);
        expect(pages).toBeGreaterThan(before + length);
      }),
    );
  });

  test('is never found in a listing without one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 200 }), (cursors) => {
        expect(walk((page) => cursors[page - 1], 201)).toEqual({ pages: cursors.length + 1, refused: false });
      }),
    );
  });
});

describe('pages that have only what is known', () => {
  test('are refused when there are too many in a row, and not before', () => {
    const url = PAGE.url;
    expect(stalePagesAfter({ ...FIRST, stalePages: STALE_PAGES_MAX - 2 }, { isStale: true, url })).toBe(
      STALE_PAGES_MAX - 1,
    );
    expect(stalePagesAfter({ ...FIRST, stalePages: STALE_PAGES_MAX - 1 }, { isStale: false, url })).toBe(0);
    expect(() =>
      stalePagesAfter({ ...FIRST, stalePages: STALE_PAGES_MAX - 1 }, { isStale: true, url }),
    ).toThrow('the listing does not end');
  });
});

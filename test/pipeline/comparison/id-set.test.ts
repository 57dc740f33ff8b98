import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IdSet } from '../../../src/pipeline/comparison/id-set.ts';

const HIGH_MAX = 0x3fff_ffff;
/** A low word whose place is the last one of every table. */
const LAST_HOME = 0xf174_d0af;
const word = (max: number) => fc.oneof(fc.constantFrom(0, 1, 2, max - 1, max), fc.nat(max));
const id = fc
  .record({ high: word(HIGH_MAX), low: word(0xffff_ffff) })
  .filter(({ high, low }) => high !== 0 || low !== 0);

describe('IdSet', () => {
  test('takes each id once, as a Set does', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), (ids) => {
        const set = new IdSet();
        const model = new Set<string>();
        for (const { high, low } of ids) {
          const key = `${high} ${low}`;
          expect(set.add(high, low)).toBe(!model.has(key));
          model.add(key);
        }
      }),
    );
  });

  test.each([
    ['spread over the range', (index: number) => Math.imul(index, 0x85eb_ca6b) & HIGH_MAX],
    ['in ascending order', (index: number) => index * 2_000],
  ])('keeps its ids when they need many tables, %s', (_, highOf) => {
    const count = 400_000;
    const set = new IdSet();
    let added = 0;
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < count; index++) if (set.add(highOf(index), index + 1)) added++;
    }
    expect(added).toBe(count);
  });

  test('goes on at the start when the places at the end are taken', () => {
    const set = new IdSet();
    const added = Array.from({ length: 10 }, (_, high) => set.add(high + 1, LAST_HOME));
    expect(added).toEqual(added.map(() => true));
    expect(set.add(5, LAST_HOME)).toBe(false);
  });

  test('refuses ids that are too many for its tables', () => {
    const set = new IdSet();
    const fill = () => {
      for (let low = 1; low < 60_000; low++) set.add(0, low);
    };
    expect(fill).toThrow('too many ids');
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FINGERPRINT_BYTES, FingerprintSet } from '../../../src/pipeline/comparison/fingerprint-set.ts';
import { MISSING_PER_LOOKUP } from '../../../src/pipeline/limits.ts';

const HIGH_MASK = 0x3fff_ffff;

interface Pair {
  readonly high: number;
  readonly low: number;
}

const bytesOf = ({ high, low }: Pair): Buffer => {
  const bytes = Buffer.alloc(FINGERPRINT_BYTES);
  bytes.writeUInt32BE(high, 0);
  bytes.writeUInt32BE(low, 4);
  return bytes;
};
const keyOf = (pair: Pair) => bytesOf({ ...pair, high: pair.high & HIGH_MASK }).toString('hex');
const word = fc.oneof(
  fc.constantFrom(0, 1, 2, HIGH_MASK, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
  fc.nat(0xffff_ffff),
);
const pair = fc
  .record({ high: word, low: word })
  .filter(({ high, low }) => (high & HIGH_MASK) !== 0 || low !== 0);
const pairs = (count: number): Pair[] =>
  Array.from({ length: count }, (_, index) => ({
    high: (index * 2_654_435_761) & HIGH_MASK,
    low: index + 1,
  }));

function unmarkedOf(set: FingerprintSet): string[] {
  const all = Buffer.concat([...set.unmarkedFingerprints()]).toString('hex');
  return (all.match(/.{16}/g) ?? []).sort();
}

type Step = 'add' | 'seen' | 'replaced';

function apply(set: FingerprintSet, step: Step, { high, low }: Pair): boolean {
  if (step === 'add') return set.add(high, low);
  const slot = set.find(high, low);
  if (slot < 0) return false;
  return step === 'seen' ? set.markSeen(slot) : set.markReplaced(slot);
}

describe('FingerprintSet', () => {
  it('does what a Map does, under any adds, finds and marks', () => {
    const step = fc.record({ what: fc.constantFrom<Step[]>('add', 'seen', 'replaced'), at: pair });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const set = new FingerprintSet();
        const model = new Map<string, boolean>();
        for (const { what, at } of steps) {
          const key = keyOf(at);
          const known = model.has(key);
          expect(set.find(at.high, at.low) >= 0).toBe(known);
          expect(apply(set, what, at)).toBe(what === 'add' ? !known : model.get(key) === false);
          if (what === 'add') model.set(key, model.get(key) ?? false);
          else if (known) model.set(key, true);
        }
        const unmarked = [...model].flatMap(([key, marked]) => (marked ? [] : [key]));
        expect(set.size).toBe(model.size);
        expect(set.unmarked).toBe(unmarked.length);
        expect(unmarkedOf(set)).toEqual(unmarked.sort());
      }),
    );
  });

  it('refuses a fingerprint that it has', () => {
    const set = new FingerprintSet();
    expect([set.add(1, 2), set.add(1, 2), set.add(1, 3)]).toEqual([true, false, true]);
    expect(set.size).toBe(2);
  });

  it('finds many at once where it finds each of them', () => {
    const members = pairs(1_000);
    const set = new FingerprintSet();
    set.addAll(Buffer.concat(members.filter((_, index) => index % 3 !== 0).map(bytesOf)));
    const words = Uint32Array.from(members.flatMap(({ high, low }) => [high, low]));
    const expected = members.map(({ high, low }) => set.find(high, low));
    expect([...set.findAll(words, members.length)]).toEqual(expected);
    expect(expected.filter((slot) => slot >= 0)).toHaveLength(666);
  });

  it('keeps its members and their marks when it grows', () => {
    const members = pairs(5_000);
    const set = new FingerprintSet();
    members.forEach(({ high, low }, index) => {
      expect(set.add(high, low)).toBe(true);
      if (index % 2 === 0) set.markSeen(set.find(high, low));
      else if (index % 3 === 0) set.markReplaced(set.find(high, low));
    });
    members.forEach(({ high, low }, index) => {
      expect(set.markSeen(set.find(high, low))).toBe(index % 2 !== 0 && index % 3 !== 0);
    });
    expect(set.size).toBe(5_000);
    expect(set.unmarked).toBe(0);
  });

  it('goes on at the start when the slots at the end are taken', () => {
    const set = new FingerprintSet();
    const crowd = Array.from({ length: 10 }, (_, index) => ({ high: HIGH_MASK, low: index }));
    for (const { high, low } of crowd) set.add(high, low);
    expect(crowd.every(({ high, low }) => set.find(high, low) >= 0)).toBe(true);
    expect(set.find(HIGH_MASK, 10)).toBe(-1);
  });

  it('hands out the unmarked ones in chunks, none twice', () => {
    const members = pairs(MISSING_PER_LOOKUP * 2 + 10);
    const set = new FingerprintSet();
    set.expect(members.length);
    set.addAll(Buffer.concat(members.map(bytesOf)));
    set.markSeen(set.find(members[0]!.high, members[0]!.low));
    const chunks = [...set.unmarkedFingerprints()];
    expect(chunks.map((chunk) => chunk.length / FINGERPRINT_BYTES)).toEqual([
      MISSING_PER_LOOKUP,
      MISSING_PER_LOOKUP,
      9,
    ]);
    expect(unmarkedOf(set)).toEqual(members.slice(1).map(keyOf).sort());
    const full = new FingerprintSet();
    full.addAll(Buffer.concat(members.slice(0, MISSING_PER_LOOKUP).map(bytesOf)));
    expect([...full.unmarkedFingerprints()]).toHaveLength(1);
  });

  it('keeps its members when it is told what to expect after the first one', () => {
    const set = new FingerprintSet();
    set.add(1, 2);
    set.expect(20_000);
    expect(set.find(1, 2)).toBeGreaterThanOrEqual(0);
    expect(set.size).toBe(1);
  });

  it('ignores bytes at the end that are not a whole fingerprint', () => {
    const set = new FingerprintSet();
    set.addAll(Buffer.from([0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]));
    expect(set.size).toBe(1);
  });
});

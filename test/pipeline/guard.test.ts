import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideDeletes, releasedBy, type DeleteQuestion } from '../../src/pipeline/guard.ts';

const question = (changes: Partial<DeleteQuestion> = {}): DeleteQuestion => ({
  policy: 'auto_delete_missing',
  missing: 1,
  known: 1_000,
  seen: 999,
  unidentified: 0,
  truncated: false,
  limit: { count: 25, ratio: 0.25 },
  allowDeletes: undefined,
  ...changes,
});
const action = (changes: Partial<DeleteQuestion>) => decideDeletes(question(changes)).action;

describe('the guard', () => {
  it('has nothing to decide when nothing is missing, or nothing may go', () => {
    expect(action({ missing: 0, truncated: true })).toBe('none');
    expect(action({ policy: 'never_delete', missing: 900 })).toBe('none');
  });

  it('lets deletes pass up to the larger of a count and a ratio', () => {
    expect(action({ missing: 250 })).toBe('apply');
    expect(action({ missing: 251 })).toBe('hold');
    expect(action({ known: 40, missing: 25 })).toBe('apply');
    expect(action({ known: 40, missing: 26 })).toBe('hold');
    expect(action({ limit: { count: 0, ratio: 0 } })).toBe('hold');
    expect(action({ known: 7, limit: { count: 0, ratio: 0.25 } })).toBe('apply');
    expect(action({ known: 3, limit: { count: 0, ratio: 0.25 } })).toBe('hold');
  });

  it('treats marks as deletes', () => {
    expect(action({ policy: 'soft_delete_only', missing: 250 })).toBe('apply');
    expect(action({ policy: 'soft_delete_only', missing: 251 })).toBe('hold');
  });

  it('takes --allow-deletes for a ceiling', () => {
    expect(action({ missing: 300, allowDeletes: 300 })).toBe('apply');
    expect(action({ missing: 300, allowDeletes: 299 })).toBe('hold');
    expect(action({ missing: 10, allowDeletes: 0 })).toBe('apply');
    expect(action({ missing: 10, seen: 0, allowDeletes: 9 })).toBe('hold');
    expect(action({ missing: 10, seen: 0, allowDeletes: 10 })).toBe('apply');
  });

  it('says why it holds', () => {
    expect(decideDeletes(question({ missing: 300, allowDeletes: 10 }))).toEqual({
      action: 'hold',
      reason:
        '300 deletes are more than 250 (the larger of 25 and 25 % of 1000 known documents); --allow-deletes 10 permits fewer',
    });
  });

  it('says what releases the deletes that it holds', () => {
    const releases = (changes: Partial<DeleteQuestion>) => {
      const decision = decideDeletes(question({ missing: 300, ...changes }));
      return decision.action === 'hold' ? releasedBy(decision.reason) : undefined;
    };
    expect(releases({})).toBe('allow_deletes');
    expect(releases({ seen: 0 })).toBe('allow_deletes');
    expect(releases({ allowDeletes: 2 })).toBe('allow_deletes');
    expect(releases({ truncated: true })).toBe('complete_listing');
    expect(releases({ unidentified: 1 })).toBe('identified_rows');
  });

  it('never lets a delete pass from a listing that proves nothing, whatever is allowed', () => {
    const any = fc.record({
      policy: fc.constantFrom('auto_delete_missing' as const, 'soft_delete_only' as const),
      missing: fc.integer({ min: 1, max: 2_000 }),
      known: fc.nat(2_000),
      seen: fc.nat(2_000),
      allowDeletes: fc.option(fc.nat(3_000), { nil: undefined }),
      limit: fc.record({ count: fc.nat(3_000), ratio: fc.double({ min: 0, max: 1, noNaN: true }) }),
    });
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 9 }), (rest, unidentified) => {
        expect(action({ ...rest, truncated: true })).toBe('hold');
        expect(action({ ...rest, unidentified })).toBe('hold');
        const allowed = rest.allowDeletes !== undefined && rest.missing <= rest.allowDeletes;
        expect(action({ ...rest, seen: 0 })).toBe(allowed ? 'apply' : 'hold');
      }),
    );
  });
});

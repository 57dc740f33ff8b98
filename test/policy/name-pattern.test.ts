import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchesName } from '../../src/policy/name-pattern.ts';

/** The meaning of a pattern, as a regular expression: right, and slow. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`, 's');
}

describe('matchesName', () => {
  test('matches what a regular expression of the same pattern matches', () => {
    const text = (characters: readonly string[]) =>
      fc.array(fc.constantFrom(...characters), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text(['a', 'b', '*', '/', '.']), text(['a', 'b', '/', '.', 'ab']), (pattern, name) => {
        expect(matchesName(['never', pattern], name)).toBe(expressionOf(pattern).test(name));
      }),
      { numRuns: 3_000 },
    );
  });

  test('ends for a pattern with many asterisks and a long name that nearly matches', () => {
    // A regular expression takes longer than any test may run.
    expect(matchesName([`${'*a'.repeat(60)}*!`], 'a'.repeat(100_000))).toBe(false);
    expect(matchesName([`${'*a'.repeat(60)}*`], 'a'.repeat(100_000))).toBe(true);
  });
});

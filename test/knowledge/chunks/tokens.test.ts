import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadTokenCount } from '../../../src/knowledge/chunks/tokens.ts';

describe('loadTokenCount', () => {
  // The expected numbers are those of cl100k_base, as other implementations of it also count.
  test.each([
    ['', 0],
    ['hello world', 2],
    ['猫', 3],
    ['<|endoftext|>', 7],
    ['\uFEFFhello world', 2],
    ['a'.repeat(8_000), 1_000],
  ])('counts the tokens of %j', async (text, tokens) => {
    const count = await loadTokenCount();
    expect(count(text)).toBe(tokens);
  });

  test('counts text with long runs as the parts between them and the parts of the runs', async () => {
    const count = await loadTokenCount();
    expect(count(`words before ${'猫'.repeat(2_500)} and after`)).toBe(
      count('words before ') + 2 * count('猫'.repeat(1_000)) + count('猫'.repeat(500)) + count(' and after'),
    );
  });

  test('does not cut surrogate pairs of a long run', async () => {
    const count = await loadTokenCount();
    expect(count('🎉'.repeat(3_000))).toBe(3 * count('🎉'.repeat(1_000)));
  });

  // Therefore short texts are not tokenized at all.
  test('never counts more tokens than a text has bytes', async () => {
    const count = await loadTokenCount();
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => count(text) <= Buffer.byteLength(text)));
    expect(count('\u{1F9FF}'.repeat(200))).toBeLessThanOrEqual(800);
  });
});

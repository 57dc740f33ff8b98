import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { wrap, wrapWidth } from '../../../src/cli/output/wrap.ts';

describe('wrapWidth', () => {
  const write = () => true;

  test.each([
    { isTTY: true, columns: 120, width: 120 },
    { isTTY: true, columns: 0, width: 80 },
    { isTTY: true, columns: undefined, width: 80 },
    { isTTY: false, columns: 120, width: Infinity },
    { isTTY: undefined, columns: undefined, width: Infinity },
  ])('is $width when the stream has $columns columns and isTTY is $isTTY', ({ width, ...stream }) => {
    expect(wrapWidth({ write, ...stream })).toBe(width);
  });
});

describe('wrapping', () => {
  test('breaks between words, as late as it can', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrap('one two', 7)).toEqual(['one two']);
  });

  test('gives a word that is too long a line of its own', () => {
    expect(wrap('see https://example.com/a now', 8)).toEqual(['see', 'https://example.com/a', 'now']);
  });

  test('keeps the lines that are there', () => {
    expect(wrap('one\ntwo three', Infinity)).toEqual(['one', 'two three']);
    expect(wrap('', 10)).toEqual(['']);
  });

  test('loses no word, and no line is too long but for one word', () => {
    const text = fc
      .array(fc.stringMatching(/^[a-z.]{1,12}$/), { minLength: 1 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (words, width) => {
        const lines = wrap(words, width);
        expect(lines.join(' ')).toBe(words);
        for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wrap } from '../../src/cli/wrap.ts';

describe('wrapped text', () => {
  it('breaks between words, and begins each line as told', () => {
    expect(wrap('one two three four', 12, '- ', '  ')).toBe('- one two\n  three four');
  });

  it('is one line where that is wide enough, to the last column', () => {
    expect(wrap('one two', 7)).toBe('one two');
    expect(wrap('one two', 6)).toBe('one\ntwo');
    expect(wrap('one two', Number.POSITIVE_INFINITY)).toBe('one two');
  });

  it('keeps a word that is longer than a line whole', () => {
    expect(wrap('see gs://bucket/a/long/name there', 8)).toBe('see\ngs://bucket/a/long/name\nthere');
  });

  it('gives colours no room', () => {
    expect(wrap('\u001B[32mis in\u001B[0m it', 8)).toBe('\u001B[32mis in\u001B[0m it');
  });

  it('loses no word, and no line is longer than it may be but for a single word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: 1, max: 40 }),
        fc.stringMatching(/^ {0,6}$/),
        (given, width, rest) => {
          const lines = wrap(given.join(' '), width, '', rest).split('\n');
          expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(given);
          for (const [index, line] of lines.entries()) {
            expect(line.startsWith(index === 0 ? '' : rest)).toBe(true);
            expect(line.length <= width || !line.trim().includes(' ')).toBe(true);
          }
        },
      ),
    );
  });
});

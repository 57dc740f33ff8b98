import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DISCOVERY_MESSAGE_CHARACTERS_MAX } from '../../../src/gemini/limits.ts';
import { oneLine } from '../../../src/gemini/api/one-line.ts';

describe('words of a server', () => {
  test('become one line without anything that a terminal obeys', () => {
    expect(oneLine(' No\r\n\tsuch \u001B[31mstore\u2028\u202E ')).toBe('No such [31mstore');
  });

  test('stay as they are when they are plain', () => {
    expect(oneLine('Größe überschritten: 1 > 0 ✓')).toBe('Größe überschritten: 1 > 0 ✓');
  });

  test('never hold control characters or line ends, and are never endless', () => {
    const words = fc.string({ unit: 'binary', maxLength: 4_000, size: 'max' });
    fc.assert(
      fc.property(words, (text) => {
        const line = oneLine(text);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(line.length).toBeLessThanOrEqual(DISCOVERY_MESSAGE_CHARACTERS_MAX + 1);
      }),
    );
  });
});

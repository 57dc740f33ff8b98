import { describe, expect, test } from '@jest/globals';
import { hasText } from '../../../src/pipeline/bytes/blank-text.ts';

const has = (bytes: Buffer) => hasText({ bytes, length: bytes.length });

describe('hasText', () => {
  test.each(['', ' \t\r\n\0', '\x7f', '\u0085', '\u00a0', '\u00ad', '\u2003\u200b', '\u2028', '\ufeff'])(
    'finds none when all of %j is blank',
    (text) => {
      expect(has(Buffer.from(text))).toBe(false);
    },
  );

  test.each(['a', '\u00a1', '\u00ac', '\u00e9', '\u2014', '\u6f22', '\u{1f600}'])(
    'finds text when %j follows blank characters',
    (text) => {
      expect(has(Buffer.from(` \u00a0\u00ad\u200b${text}`))).toBe(true);
    },
  );

  test('looks no further than the length, as the buffer is used again', () => {
    expect(hasText({ bytes: Buffer.from('  left'), length: 2 })).toBe(false);
  });
});

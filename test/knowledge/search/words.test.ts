import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sharedWords, wordsOf } from '../../../src/knowledge/search/words.ts';

describe('wordsOf', () => {
  test('returns each word once, in lower case, without punctuation', () => {
    expect(wordsOf(`Reset the PASSWORD, the “e-mail” (№ 5)!`)).toEqual([
      'reset',
      'the',
      'password',
      'e',
      'mail',
      'no',
      '5',
    ]);
  });

  test('returns no words when there are only signs', () => {
    expect(wordsOf('!? 🙂')).toEqual([]);
  });

  test('returns at most twenty words', () => {
    expect(wordsOf(Array.from({ length: 50 }, (_, index) => `w${index}`).join(' '))).toHaveLength(20);
  });
});

describe('sharedWords', () => {
  test('counts whole words only', () => {
    expect(sharedWords(['cat'], 'category, concat, 𐐀cat, cat𐐀')).toBe(0);
    expect(sharedWords(['cat'], 'concat. A Cat!')).toBe(1);
    expect(sharedWords(['cat', 'dog'], 'the cat')).toBe(0.5);
    expect(sharedWords([], 'the cat')).toBe(0);
  });

  test('agrees with splitting the text into words, for every text', () => {
    const texts = fc.string({ unit: fc.constantFrom(...Array.from('aAbB ,.-é\u0301𐐀🙂1')), maxLength: 30 });
    fc.assert(
      fc.property(texts, texts, (query, text) => {
        const words = wordsOf(query);
        const known = new Set(
          text
            .normalize('NFKC')
            .toLowerCase()
            .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [],
        );
        const shared = words.filter((word) => known.has(word)).length;
        expect(sharedWords(words, text)).toBe(words.length === 0 ? 0 : shared / words.length);
      }),
    );
  });
});

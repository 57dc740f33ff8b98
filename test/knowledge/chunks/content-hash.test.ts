import { describe, expect, test } from '@jest/globals';
import { contentHash } from '../../../src/knowledge/chunks/content-hash.ts';

describe('contentHash', () => {
  test('is the SHA-256 of the text in UTF-8', () => {
    expect(contentHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

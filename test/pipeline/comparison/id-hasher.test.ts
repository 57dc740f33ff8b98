import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sipKey } from '../../../src/kernel/fingerprint-key.ts';
import { fingerprintOf } from '../../../src/kernel/sip-hash.ts';
import { IdHasher } from '../../../src/pipeline/comparison/id-hasher.ts';

function hashed(hasher: IdHasher, id: string) {
  hasher.of(id);
  return { high: hasher.high, low: hasher.low };
}

describe('a hasher of ids', () => {
  test('gives the fingerprint of the UTF-8 of an id, however long it is', () => {
    const key = sipKey(Buffer.alloc(16, 3), 'ids');
    const hasher = new IdHasher(key);
    const id = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 1_300, maxLength: 1_500 }));
    fc.assert(
      fc.property(id, (text) => {
        expect(hashed(hasher, text)).toEqual(fingerprintOf(Buffer.from(text), key));
      }),
    );
  });

  test('without a key gives the fingerprints of any other one in this process', () => {
    expect(hashed(new IdHasher(), 'hr:1')).toEqual(hashed(new IdHasher(), 'hr:1'));
    expect(hashed(new IdHasher(), 'hr:1')).not.toEqual(hashed(new IdHasher(), 'hr:2'));
  });
});

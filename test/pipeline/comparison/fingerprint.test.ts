import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Fingerprinter, fingerprintHex, nonZeroLow } from '../../../src/pipeline/comparison/fingerprint.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';

const COLUMNS: Column[] = [{ name: 'id', kind: 'text' }];

function fingerprint(bytes: Uint8Array | string, version = 'v1', columns = COLUMNS): string {
  const made = new Fingerprinter(version, columns);
  made.of(bytes);
  return fingerprintHex(made.high, made.low);
}

describe('a fingerprint', () => {
  it('is 62 bits of the SHA-256, mixed with the mapping and the columns', () => {
    const salt = createHash('sha256')
      .update(JSON.stringify(['v1', COLUMNS]))
      .digest();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const digest = createHash('sha256').update(bytes).digest();
        const mixed = digest.readBigUInt64BE() ^ salt.readBigUInt64BE();
        const expected = (mixed & 0x3fff_ffff_ffff_ffffn).toString(16).padStart(16, '0');
        expect(fingerprint(bytes)).toBe(expected);
        expect(fingerprint(bytes)).toBe(expected);
      }),
    );
  });

  it('of a text is that of its UTF-8', () => {
    expect(fingerprint('Zoë')).toBe(fingerprint(Buffer.from('Zoë')));
  });

  it('differs under another mapping, and under columns of another name or kind', () => {
    const bytes = Buffer.from('the same');
    const made = [
      fingerprint(bytes),
      fingerprint(bytes, 'v2'),
      fingerprint(bytes, 'v1', [{ name: 'key', kind: 'text' }]),
      fingerprint(bytes, 'v1', [{ name: 'id', kind: 'json' }]),
    ];
    expect(new Set(made).size).toBe(4);
  });

  it('is never all zero, which means that there is none', () => {
    expect(nonZeroLow(0, 0)).toBe(1);
    expect(nonZeroLow(0, 7)).toBe(7);
    expect(nonZeroLow(7, 0)).toBe(0);
  });

  it('is written in 16 digits', () => {
    expect(fingerprintHex(0, 1)).toBe('0000000000000001');
    expect(fingerprintHex(0x3fff_ffff, 0xffff_fff0)).toBe('3ffffffffffffff0');
  });
});

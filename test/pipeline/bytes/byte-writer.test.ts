import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteWriter } from '../../../src/pipeline/bytes/byte-writer.ts';

const written = (write: (out: ByteWriter) => void, capacity = 1): string => {
  const out = new ByteWriter(capacity);
  write(out);
  return out.bytes.toString('utf8', 0, out.length);
};
const anyText = fc.string({ unit: 'binary', maxLength: 200 });
const bytes = fc.uint8Array({ maxLength: 400 });

describe('ByteWriter', () => {
  it('escapes text as JSON.stringify does', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const inside = JSON.stringify(text).slice(1, -1);
        expect(
          written((out) => {
            out.escaped(Buffer.from(text));
          }),
        ).toBe(inside);
      }),
    );
  });

  it('escapes every character below 256 as JSON.stringify does', () => {
    for (let code = 0; code < 256; code++) {
      const text = String.fromCharCode(code);
      expect(
        written((out) => {
          out.escaped(Buffer.from(text));
        }),
      ).toBe(JSON.stringify(text).slice(1, -1));
    }
  });

  it.each([16_383, 16_384, 16_385, 100_000])('escapes %i bytes as it does a few', (size) => {
    const text = 'a "b" \\ \u0001 漢 '.repeat(size).slice(0, size);
    expect(
      written((out) => {
        out.escaped(Buffer.from(text));
      }),
    ).toBe(JSON.stringify(text).slice(1, -1));
  });

  it('makes room for a large text as it is, not for the worst that it could be', () => {
    const out = new ByteWriter(1);
    out.escaped(Buffer.alloc(1_000_000, 'a'));
    expect(out.length).toBe(1_000_000);
    expect(out.bytes.length).toBeLessThan(2_300_000);
  });

  it('keeps what was written, in order, however often it has to grow', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, anyText, fc.nat(255))), fc.nat(4), (pieces, capacity) => {
        const out = new ByteWriter(capacity);
        for (const [raw, text, byte] of pieces) {
          out.raw(raw);
          out.utf8(text);
          out.latin1(Buffer.from(raw).toString('latin1'));
          out.byte(byte);
        }
        const expected = Buffer.concat(
          pieces.flatMap(([raw, text, byte]) => [raw, Buffer.from(text), raw, Uint8Array.of(byte)]),
        );
        expect(out.bytes.subarray(0, out.length).equals(expected)).toBe(true);
      }),
    );
  });

  it('copies a part of a source, short or long', () => {
    const source = Buffer.from('0123456789'.repeat(50));
    for (const [start, end] of [
      [3, 3],
      [3, 7],
      [10, 106],
      [10, 107],
      [0, 500],
    ] as const) {
      expect(
        written((out) => {
          out.raw(source, start, end);
        }),
      ).toBe(source.toString('utf8', start, end));
      expect(
        written((out) => {
          out.escaped(source, start, end);
        }),
      ).toBe(source.toString('utf8', start, end));
    }
  });

  it('remembers a NUL character until it is told otherwise', () => {
    const out = new ByteWriter(1);
    out.escaped(Buffer.from('no \\u0000 here'));
    expect(out.nul).toBe(false);
    out.escaped(Buffer.from('a\0b'));
    out.escaped(Buffer.from('c'));
    expect(out.nul).toBe(true);
  });

  it('is used again from any length', () => {
    const out = new ByteWriter(2);
    out.latin1('a long line');
    out.length = 2;
    out.byte(0x21);
    expect(out.bytes.toString('latin1', 0, out.length)).toBe('a !');
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isUtf8 } from 'node:buffer';
import { OUTPUT_BYTES } from '../../src/kernel/program-renderer.ts';
import type { Column } from '../../src/pipeline/ports/ports.ts';
import { renderedByKernel, renderedSingly } from '../support/pipeline/kernel-rows.ts';
import { mappingOf } from '../support/pipeline/mapping.ts';
import { batchOf, type WireRow } from '../support/pipeline/rows-source.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
  { name: 'content', kind: 'text' },
];
const MAPPING = mappingOf({ contentTemplate: '{{ content }}', metadataFields: ['content'] });
const LENGTHS = Array.from({ length: 70 }, (_, length) => length);
const ESCAPED = ['"', '\\', '\n', '\u0001', '\u001f', '\u001f"\\'];

function expectSame(rows: readonly WireRow[]) {
  const batch = batchOf(COLUMNS, rows);
  const found = renderedByKernel(MAPPING, batch, 'CONTENT_REQUIRED');
  expect(found).toEqual(renderedSingly(MAPPING, batch, 'CONTENT_REQUIRED'));
}

describe('a kernel', () => {
  test('writes JSON and base64 of a text of each length', () => {
    const noise = Buffer.from(LENGTHS.map((at) => 0x21 + ((at * 37) % 0x5d)));
    expectSame(LENGTHS.slice(1).map((length) => [String(length), 'One', noise.subarray(0, length)]));
  });

  test.each(ESCAPED)('writes the escape of %j at each place of a text', (escaped) => {
    expectSame(
      LENGTHS.map((before) => [
        String(before),
        escaped,
        `${'x'.repeat(before)}${escaped}${'y'.repeat(1 + (before % 17))}`,
      ]),
    );
  });

  test('writes base64 of any bytes of text', () => {
    const letters = Array.from({ length: 1_000 }, (_, code) => String.fromCodePoint(0xa1 + code * 37));
    const texts = letters.map((_, at) => letters.slice(at, at + 11).join(''));
    expectSame(texts.map((text, id) => [String(id), 'One', text.toWellFormed()]));
  });

  test('renders text that is UTF-8 without NUL, and leaves any other bytes', () => {
    const odd = fc.constantFrom(
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0,
    );
    const bytes = fc.oneof(
      fc.array(odd, { minLength: 1, maxLength: 6 }),
      fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => [...Buffer.from(text)]),
    );
    const texts = fc.array(fc.tuple(fc.nat(20), bytes), { minLength: 50, maxLength: 50 });
    fc.assert(
      fc.property(texts, (all) => {
        const contents = all.map(([before, tail]) =>
          Buffer.from([...Buffer.alloc(before + 1, 'x'), ...tail]),
        );
        const batch = batchOf(
          COLUMNS,
          contents.map((content, id) => [String(id), 'One', content]),
        );
        const found = renderedByKernel(MAPPING, batch, 'CONTENT_REQUIRED');
        expect(found?.map((one) => one !== 'left')).toEqual(
          contents.map((content) => isUtf8(content) && !content.includes(0)),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('leaves a row that may not fit into its output, and renders the rows around it', () => {
    const large = 'x'.repeat(OUTPUT_BYTES / 16);
    const batch = batchOf(COLUMNS, [
      ['1', 'One', 'first'],
      ['2', 'Two', large],
      ['3', 'Three', 'last'],
    ]);
    const [first, second, third] = renderedByKernel(MAPPING, batch, 'CONTENT_REQUIRED') ?? [];
    expect(second).toBe('left');
    expect([first, third]).toMatchObject([{ id: 'hr:1' }, { id: 'hr:3' }]);
  });

  test('leaves a row that stops in the middle of a value', () => {
    const batch = batchOf(COLUMNS, [['1', 'One', 'text']], [0]);
    expect(renderedByKernel(MAPPING, batch, 'CONTENT_REQUIRED')).toEqual(['left']);
  });
});

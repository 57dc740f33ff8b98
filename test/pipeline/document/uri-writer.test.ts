import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileUriTemplate } from '../../../src/definitions/templates/templates.ts';
import { ByteWriter } from '../../../src/pipeline/bytes/byte-writer.ts';
import type { Column, ColumnKind } from '../../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { uriWriter } from '../../../src/pipeline/document/uri-writer.ts';
import { batchOf, type WireValue } from '../../support/pipeline/rows-source.ts';

function write(
  source: string,
  values: readonly WireValue[],
  options: { engine?: boolean; kind?: ColumnKind } = {},
) {
  const compiled = compileUriTemplate(source);
  const columns = ['a', 'b'].map((name): Column => ({ name, kind: options.kind ?? 'text' }));
  const row = new RowCursor(columns.length);
  row.load(batchOf(columns, [values]), 0);
  const out = new ByteWriter(4);
  const template = options.engine === true ? { ...compiled, plain: undefined } : compiled;
  const columnOf = (name: string) => columns.findIndex((column) => column.name === name);
  const failure = uriWriter(template, columns, columnOf)(row, out);
  return failure ?? out.bytes.toString('utf8', 0, out.length);
}

const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', '/', '?', '#', '%', '%20', '&', ' ', '\n', 'é', '"', "'", ':', '.'),
  }),
  fc.constantFrom(
    'https://x.example/a?b=c#d',
    '/x?y=z',
    'javascript:x',
    '@x.example/',
    '',
    null,
    ' https://x ',
  ),
);
const TEMPLATES = [
  'https://w.example/{{ a }}',
  ' https://w.example/{{ a }}/{{ b }}?q={{ a }}&r={{b}}#{{ a }} \n',
  'http://w.example?{{ a }}',
  '{{ a }}',
  '{{ a }}{{ b }}',
  '{{ a }}/x?{{ b }}',
  'https://{{ a }}/{{ b }}',
  'https://{{ a }}.example.com/{{ b }}',
  'https://w.example{{ a }}',
  '/docs/{{ a }}',
  'file://{{ a }}',
  'https://w.exa mple/{{ a }}',
];

describe('a link', () => {
  test('is the same from the fast path and from the engine', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEMPLATES), value, value, (source, a, b) => {
        expect(write(source, [a, b])).toEqual(write(source, [a, b], { engine: true }));
        const json = [a, b].map((one) => (one === null ? null : JSON.stringify(one)));
        expect(write(source, json, { kind: 'json' })).toEqual(write(source, [a, b]));
      }),
      { numRuns: 2_000 },
    );
  });

  test('after a host leads to the page of its value and to no other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (a) => {
        fc.pre(!a.includes('\0') && !/(^|\/)\.{1,2}(\/|$)/.test(a));
        const link = write('https://w.example/p/{{ a }}?q={{ a }}', [a, null]);
        if (typeof link !== 'string') throw new Error(link.reason);
        expect(link).toMatch(/^[!-~]+$/);
        const { pathname, searchParams, hash } = new URL(link);
        expect([decodeURIComponent(pathname), searchParams.get('q'), hash]).toEqual([`/p/${a}`, a, '']);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps the bytes of values that need no encoding', () => {
    expect(write('https://w.example/{{ a }}?q={{ b }}', ['a/b-c.d_e~1:2@3', 'x=y;z'])).toBe(
      'https://w.example/a/b-c.d_e~1:2@3?q=x=y;z',
    );
  });

  test('is not made of an object, of a field that is not there, or of what is not a URL', () => {
    const object = write('https://w.example/{{ a }}', ['{"x":1}', null], { kind: 'json' });
    expect(object).toMatchObject({ code: 'URI_INVALID' });
    for (const source of ['https://w.example/{{ a }}', '{{ a }}']) {
      expect(write(source, [undefined, null])).toMatchObject({ code: 'TEMPLATE_VARIABLE_MISSING' });
    }
    expect(write('{{ a }}', ['javascript:alert(1)', null])).toMatchObject({ code: 'URI_INVALID' });
  });

  test('leaves what is not UTF-8, and NUL, for the row to be set aside', () => {
    expect(write('https://w.example/{{ a }}', ['a\0 b', null])).toContain('\0');
    expect(write('https://w.example/{{ a }}', [Buffer.from([0x61, 0xff]), null])).toContain('\ufffd');
  });
});

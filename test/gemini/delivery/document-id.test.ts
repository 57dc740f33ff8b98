import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { apiDocumentId, docIdOf, isDigest } from '../../../src/gemini/delivery/document-id.ts';

describe('the document id of the API', () => {
  it.each([
    ['hr-employees:4711', 'hr-employees__4711'],
    ['hr:a_b', 'hr__a_5Fb'],
    ['hr:a__b', 'hr__a_5F_5Fb'],
    ['hr:a:b', 'hr__a__b'],
    ['hr:a.b/c d', 'hr__a_2Eb_2Fc_20d'],
    ['hr:Zoë', 'hr__Zo_C3_AB'],
    ['hr:😀', 'hr___F0_9F_98_80'],
    ['hr:%3A', 'hr___253A'],
    ['hr:A', 'hr__A'],
    ['hr:a', 'hr__a'],
  ])('of %s is %s', (docId, expected) => {
    expect(apiDocumentId(docId)).toBe(expected);
  });

  it('is a digest when it would be too long', () => {
    const longest = `hr:${'x'.repeat(124)}`;
    expect(apiDocumentId(longest)).toBe(`hr__${'x'.repeat(124)}`);
    const digest = createHash('sha256').update(`${longest}x`).digest('hex');
    expect(apiDocumentId(`${longest}x`)).toBe(`sha256-${digest}`);
  });

  const docId = fc
    .tuple(
      fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/),
      fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
        // The characters that the escaping itself uses, so that a confusion of two ids is likely to be found.
        fc.string({
          unit: fc.constantFrom('_', ':', '5', 'F', 'f', '3', 'A', '.', '-'),
          minLength: 1,
          maxLength: 8,
        }),
      ),
    )
    .map(([connector, id]) => `${connector}:${id}`);

  it('always has the form that the API accepts', () => {
    fc.assert(
      fc.property(docId, (id) => {
        expect(apiDocumentId(id)).toMatch(/^[a-zA-Z0-9_-]{1,128}$/);
      }),
    );
  });

  it('can be read back, so that distinct ids never collide', () => {
    fc.assert(
      fc.property(docId, (id) => {
        const made = apiDocumentId(id);
        const digest = `sha256-${createHash('sha256').update(id).digest('hex')}`;
        expect(made.includes('_') ? readBack(made) : made).toBe(made.includes('_') ? id : digest);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the id of a document that the API knows', () => {
  it('is read back from the API’s, unless that is a digest', () => {
    const docId = fc
      .tuple(fc.stringMatching(/^[a-z0-9]{1,8}$/), fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }))
      .map(([connector, id]) => `${connector}:${id}`);
    fc.assert(
      fc.property(docId, (id) => {
        const apiId = apiDocumentId(id);
        expect([docIdOf(apiId), isDigest(apiId)]).toEqual(
          apiId.startsWith('sha256-') ? [undefined, true] : [id, false],
        );
      }),
    );
  });

  it.each([
    ['no separator', 'hr-4711'],
    ['nothing', ''],
    ['a character that the API does not take', 'hr__a.b'],
    ['an escape in lower case', 'hr__a_5f'],
    ['an escape of what needs none', 'hr___61'],
    ['an escape that breaks off', 'hr__a_5'],
    ['bytes that are not UTF-8', 'hr___FF'],
    ['the id itself', 'hr:4711'],
    ['a digest that is too short', 'sha256-00'],
  ])('is not known for %s', (_, apiId) => {
    expect([docIdOf(apiId), isDigest(apiId)]).toEqual([undefined, false]);
  });
});

/** Undoes the readable form from the left, as a reader who knows only its rule would. */
function readBack(made: string): string {
  const percent = made.replace(/__|_([0-9A-F]{2})|[^_]/g, (text, hex?: string) => {
    if (text === '__') return encodeURIComponent(':');
    return hex === undefined ? text : `%${hex}`;
  });
  return decodeURIComponent(percent);
}

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DocumentIds, escapeIdPart, NO_ID } from '../../../src/pipeline/document/document-id.ts';
import type { Column, ColumnKind } from '../../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { text } from '../../support/pipeline/arbitrary.ts';
import { batchOf, type WireRow } from '../../support/pipeline/rows-source.ts';

const CONNECTOR_NAME = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

function idsOver(row: WireRow, connector: string, kind: ColumnKind) {
  const columns = row.map((_, index): Column => ({ name: `k${index}`, kind }));
  const cursor = new RowCursor(columns.length);
  cursor.load(batchOf(columns, [row]), 0);
  return { ids: new DocumentIds(connector, columns, [...columns.keys()]), cursor };
}

function idOf(row: WireRow, connector = 'hr', kind: ColumnKind = 'text'): string | undefined {
  const { ids, cursor } = idsOver(row, connector, kind);
  return ids.of(cursor);
}

function problemOf(row: WireRow, kind: ColumnKind) {
  const { ids, cursor } = idsOver(row, 'hr', kind);
  return ids.problem(cursor);
}

/** Half a character, where a cut went through it, is what UTF-8 makes of it. */
const asUtf8 = (part: string) => Buffer.from(part).toString();
const whole = (key: readonly string[]) => key.some((part) => part !== '') || key.length > 1;

describe('a document id', () => {
  it('starts with the connector and keeps plain parts readable', () => {
    expect(idOf(['42'])).toBe('hr:42');
    expect(idOf(['EU', 'Zoë 😀'])).toBe('hr:EU:Zoë 😀');
  });

  it.each(['{"a":1}', '[1]', ' {}', '\n["x"]'])(
    'is not made of the JSON %j, whose text is not fixed',
    (json) => {
      expect(idOf([json], 'hr', 'json')).toBeUndefined();
      expect(idOf([json], 'hr', 'text')).toBe(`hr:${escapeIdPart(json)}`);
    },
  );

  it('encodes the two characters that mean something in it', () => {
    expect(idOf(['a:b', '50%', '%3A'])).toBe('hr:a%3Ab:50%25:%253A');
    expect(escapeIdPart('x:%:')).toBe('x%3A%25%3A');
  });

  it('shows values as a text does', () => {
    expect(idOf(['t'], 'hr', 'boolean')).toBe('hr:true');
    expect(idOf(['"a"'], 'hr', 'json')).toBe('hr:a');
    expect(idOf(['2024-01-02 03:04:05+00'], 'hr', 'timestamptz')).toBe('hr:2024-01-02T03%3A04%3A05Z');
  });

  it('does not exist when a part is NULL, absent or not UTF-8, or all is empty', () => {
    expect(idOf(['a', null])).toBeUndefined();
    expect(idOf([undefined, 'a'])).toBeUndefined();
    expect(idOf([Buffer.from([0x61, 0xff])])).toBeUndefined();
    expect(idOf([''])).toBeUndefined();
    expect(idOf(['', ''])).toBe('hr::');
  });

  it('is said to be an object or a list when a part is one', () => {
    expect(problemOf(['1', ' {"a":1}'], 'json')).toEqual({
      code: 'ID_INVALID',
      reason: 'its id field "k1" is an object or a list; an id is text or a number',
    });
  });

  it('is said to be missing when a part is NULL, absent or empty', () => {
    for (const value of [null, undefined, '']) expect(problemOf([value], 'text')).toBe(NO_ID);
    for (const value of [null, undefined, '""']) expect(problemOf([value], 'json')).toBe(NO_ID);
  });

  it('is said not to be UTF-8 when a part is not', () => {
    expect(problemOf(['a', Buffer.from([0x61, 0xff])], 'text')).toMatchObject({ code: 'INVALID_UTF8' });
  });

  it('is never shared by two keys of as many parts', () => {
    for (const parts of [1, 2, 3]) {
      const key = fc.array(text, { minLength: parts, maxLength: parts }).filter(whole);
      fc.assert(
        fc.property(fc.uniqueArray(key, { selector: (one) => JSON.stringify(one), maxLength: 8 }), (keys) => {
          expect(new Set(keys.map((one) => idOf(one))).size).toBe(keys.length);
        }),
      );
      // Neighbours: the same text, cut into parts at other places.
      const cuts = fc.tuple(text, fc.array(fc.nat(30), { minLength: parts - 1, maxLength: parts - 1 }));
      const cutAt = (all: string, at: number[]) =>
        [0, ...at.sort((a, b) => a - b)].map((from, index) => all.slice(from, at[index]));
      fc.assert(
        fc.property(cuts, cuts, ([one, at], [, other]) => {
          const first = cutAt(one, at).map(asUtf8);
          const second = cutAt(one, other).map(asUtf8);
          fc.pre(whole(first) && whole(second));
          expect(idOf(first) === idOf(second)).toBe(JSON.stringify(first) === JSON.stringify(second));
        }),
      );
    }
  });

  it('is never shared by two connectors', () => {
    const connector = fc.stringMatching(CONNECTOR_NAME);
    const key = fc.array(text, { minLength: 1, maxLength: 3 }).filter(whole);
    fc.assert(
      fc.property(connector, key, connector, key, (one, first, other, second) => {
        fc.pre(one !== other);
        expect(idOf(first, one)).not.toBe(idOf(second, other));
      }),
    );
  });
});

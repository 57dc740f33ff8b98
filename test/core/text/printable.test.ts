import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { printable, printableLines } from '../../../src/core/text/printable.ts';

const text = fc.string({ unit: 'binary' });

describe('printable', () => {
  test.each([
    ['an escape sequence', 'a\u001B[31mb', String.raw`a\u001b[31mb`],
    ['a control sequence of one character', 'a\u009B2Jb', String.raw`a\u009b2Jb`],
    ['an override of the direction of writing', 'a\u202Egpj.exe', String.raw`a\u202egpj.exe`],
    ['an isolate of the direction of writing', 'a\u2066b\u2069', String.raw`a\u2066b\u2069`],
    [
      'the mark of Arabic letters and those of directions',
      '\u061C\u200E\u200F',
      String.raw`\u061c\u200e\u200f`,
    ],
    ['a space without width and a byte order mark', 'a\u200Bb\uFEFFc', String.raw`a\u200bb\ufeffc`],
    ['a tag beyond the first plane', 'a\u{E0041}b', String.raw`a\udb40\udc41b`],
    ['half of a pair', 'a\uD800b', String.raw`a\ud800b`],
    ['a joiner between Latin letters', 'pay\u200Dpal \u200Cx', String.raw`pay\u200dpal \u200cx`],
  ])('spells out %s', (_, given, shown) => {
    expect(printable(given)).toBe(shown);
  });

  test('makes one blank of line breaks and tabs in a row', () => {
    expect(printable('a\r\n\tb\u2028c\u0085d')).toBe('a b c d');
  });

  test.each([
    ['Persian', 'می\u200Cخواهم'],
    ['Hindi', 'क्\u200Dष'],
    ['an emoji of several', '👩🏽\u200D💻 and ❤️\u200D🔥'],
    ['every other letter', 'Žluťoučký kůň, 日本語, עברית, 𝒳'],
  ])('keeps %s as it is', (_, given) => {
    expect(printable(given)).toBe(given);
  });
});

test('no control, format or separating character is left of any text, and no half of a pair', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(printable(given).replaceAll(/[\u200C\u200D]/g, '')).not.toMatch(
        /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u,
      );
      expect(printableLines(given).replaceAll(/[\n\u200C\u200D]/g, '')).not.toMatch(
        /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u,
      );
    }),
  );
});

test('JSON in lines of our own says the same to a program', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(JSON.parse(printableLines(JSON.stringify({ [given]: given }, null, 2)))).toEqual({
        [given]: given,
      });
    }),
  );
});

const CONTROLS = Array.from({ length: 0x20 }, (_, code) => code).concat(0x7f);

test.each(CONTROLS)(
  'the control character %i is not left of a text that is otherwise plain ASCII',
  (code) => {
    const text = `a${String.fromCharCode(code)}b`;
    expect(printable(text)).toMatch(/^a[ -~]+b$/);
    expect(printableLines(text)).toMatch(code === 0x0a ? /^a\nb$/ : /^a[ -~]+b$/);
  },
);

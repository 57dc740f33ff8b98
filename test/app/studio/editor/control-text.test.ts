import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { controlText, textOfControl } from '../../../../src/app/studio/editor/control-text.ts';

const line = fc.stringMatching(/^[a-c: #]{0,6}$/);
const text = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 }),
    line,
  )
  .map(([mark, lines, last]) => mark + lines.map((parts) => parts.join('')).join('') + last);

describe('the text of a text area', () => {
  test('returns the draft byte for byte when nothing was changed', () => {
    fc.assert(
      fc.property(text, (draft) => {
        expect(textOfControl(controlText(draft), draft)).toBe(draft);
        // A form sends every line ending as CRLF.
        expect(textOfControl(controlText(draft).replaceAll('\n', '\r\n'), draft)).toBe(draft);
      }),
    );
  });

  test('shows what was typed, whatever the line endings are', () => {
    fc.assert(
      fc.property(text, text, (draft, typed) => {
        expect(controlText(textOfControl(typed, draft))).toBe(controlText(typed));
      }),
    );
  });

  test('keeps the endings of unchanged lines, and gives new lines the usual one', () => {
    const draft = '\ufeffa: 1\r\nb: 2\r\nc: 3\nd: 4\r\n';
    expect(textOfControl('a: 1\nb: 5\nnew: 1\nc: 3\nd: 4\n', draft)).toBe(
      '\ufeffa: 1\r\nb: 5\r\nnew: 1\r\nc: 3\nd: 4\r\n',
    );
  });
});

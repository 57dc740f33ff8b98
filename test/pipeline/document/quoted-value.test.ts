import { describe, expect, test } from '@jest/globals';
import { QUOTED_VALUE_CHARACTERS_MAX } from '../../../src/pipeline/limits.ts';
import { fieldNamed, quotedValue } from '../../../src/pipeline/document/quoted-value.ts';

describe('quotedValue', () => {
  test('keeps a value whole when it is as long as the limit allows', () => {
    const value = 'x'.repeat(QUOTED_VALUE_CHARACTERS_MAX);
    expect(quotedValue(value)).toBe(`\`${value}\``);
  });

  test('cuts a value, and shows that it did, when it is longer', () => {
    const value = 'x'.repeat(QUOTED_VALUE_CHARACTERS_MAX);
    expect(quotedValue(`${value}y`)).toBe(`\`${value}…\``);
  });

  test('stays on one line and keeps quotation marks when the value holds them', () => {
    expect(quotedValue('a\n"b"')).toBe('`a "b"`');
  });
});

describe('fieldNamed', () => {
  test('quotes the name as JSON does when it holds quotation marks', () => {
    expect(fieldNamed('a "b"')).toBe('field "a \\"b\\""');
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { indentedJson } from '../../../src/cli/run-output/indented-json.ts';

describe('indentedJson', () => {
  test('keeps every digit of a number', () => {
    const json = '{"n":[12345678901234567890,0.10],"s":"a: {b}, \\"c\\""}';
    expect(indentedJson(json)).toBe(
      '{\n  "n": [\n    12345678901234567890,\n    0.10\n  ],\n  "s": "a: {b}, \\"c\\""\n}',
    );
  });

  test('indents as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(indentedJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });
});

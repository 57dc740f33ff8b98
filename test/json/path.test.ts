import { describe, expect, test } from '@jest/globals';
import { plainText, valueAtPath } from '../../src/json/path.ts';

function at(json: string, path: string): string | undefined {
  const bytes = Buffer.from(json);
  const found = valueAtPath(bytes, 0, path);
  return found && bytes.toString('utf8', found.start, found.end);
}

describe('a path', () => {
  test.each<[string, string, string | undefined]>([
    ['{"a": 1 }', 'a', '1'],
    ['{"x":{"a":2},"a":{"b":{"c":[1, 2]}}}', 'a.b.c', '[1, 2]'],
    ['{"a":null}', 'a', 'null'],
    ['{"a":null}', 'a.b', undefined],
    ['{"a":[{"b":1}]}', 'a.b', undefined],
    ['{"a":1}', 'b', undefined],
    ['{}', 'a', undefined],
    ['[1]', 'a', undefined],
    ['"a"', 'a', undefined],
    // A key may have dots itself.
    ['{"@odata.nextLink":"x"}', '@odata.nextLink', '"x"'],
    ['{"d":{"@odata.nextLink":"x"}}', 'd.@odata.nextLink', '"x"'],
    ['{"a.b":1,"a":{"b":2}}', 'a.b', '1'],
    ['{"a":{"b":2},"a.b":1}', 'a.b', '1'],
    ['{"a.b":{"c":1},"a":{"b.c":2}}', 'a.b.c', '1'],
    // The last of equal keys counts.
    ['{"a":1,"a":2}', 'a', '2'],
    ['{"\\u0061\\n":7,"é":8}', 'a\n', '7'],
    ['{"\\u0061\\n":7,"é":8}', 'é', '8'],
  ])('in %s, %s leads to %s', (json, path, value) => {
    expect(at(json, path)).toBe(value);
  });

  test('leads to a value whose text has every digit, and no quotation marks', () => {
    const bytes = Buffer.from('{"a":12345678901234567890,"b":"x\\n\\"","c":1.50}');
    const texts = ['a', 'b', 'c'].map((path) => plainText(bytes, valueAtPath(bytes, 0, path)!));
    expect(texts).toEqual(['12345678901234567890', 'x\n"', '1.50']);
  });
});

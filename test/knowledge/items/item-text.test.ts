import { describe, expect, test } from '@jest/globals';
import { checkJson } from '../../../src/json/check.ts';
import { itemText, textFieldPaths } from '../../../src/knowledge/items/item-text.ts';

function textOf(json: string, fields?: readonly string[] | null): string {
  const bytes = Buffer.from(json);
  return itemText(bytes, checkJson(bytes).start, textFieldPaths(fields));
}

describe('itemText', () => {
  test('joins title, body, name and description by default, with a blank line between them', () => {
    const json = '{"description":"D","id":7,"title":"T","name":"N","body":"B\\n  indented"}';
    expect(textOf(json)).toBe('T\n\nB\n  indented\n\nN\n\nD');
    expect(textOf(json, null)).toBe(textOf(json));
  });

  test('reads the fields in the order of the paths', () => {
    const json = '{"a":{"b":"nested"},"title":"T","list":[{"x":"first"},{"x":"second"}],"c.d":"dotted"}';
    expect(textOf(json, ['c.d', 'list[1].x', 'a.b'])).toBe('dotted\n\nsecond\n\nnested');
  });

  test('writes other values than strings as JSON with every digit', () => {
    expect(textOf('{"price":1.50}', ['price'])).toBe('1.50');
    expect(textOf('{"id":9007199254740993}', ['id'])).toBe('9007199254740993');
    expect(textOf('{"tags":[ "a" , "é" ]}', ['tags'])).toBe('["a","é"]');
    expect(textOf('{"o":{ "b": 1e400, "a": false }}', ['o'])).toBe('{"a":false,"b":1e400}');
  });

  test('gives equal texts for two spellings of one item', () => {
    const fields = ['o'];
    expect(textOf('{"o":{"a":"\\u00e9","b":2}}', fields)).toBe(textOf('{"o":{"b":2,\n"a":"é"}}', fields));
  });

  test.each([
    '{}',
    '{"title":null}',
    '{"title":""}',
    '{"title":" \\n"}',
    '{"title":[]}',
    '{"title":{}}',
    '7',
    '"text"',
  ])('finds no text in %s', (json) => {
    expect(textOf(json)).toBe('');
  });

  test('leaves out fields that are missing, null or empty, without extra blank lines', () => {
    expect(textOf('{"title":null,"body":"B","name":"","description":"D"}')).toBe('B\n\nD');
  });

  test('keeps zero and false, which are values', () => {
    expect(textOf('{"title":0,"body":false}')).toBe('0\n\nfalse');
  });

  test('replaces NUL characters and lone surrogates, which no database stores', () => {
    expect(textOf('{"title":"a\\u0000b","body":"\\ud83d \\ud83d\\ude00 \\ude00"}')).toBe(
      'a\uFFFDb\n\n\uFFFD 😀 \uFFFD',
    );
  });
});

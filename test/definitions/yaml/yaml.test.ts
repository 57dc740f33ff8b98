import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readYaml } from '../../../src/definitions/yaml/yaml.ts';

describe('readYaml', () => {
  const text = [
    '# head',
    'a: 1',
    'list:',
    '  - x',
    '  - {b: 2, "c d": 3}',
    'text: |',
    '  one',
    '  two',
    'last: >-',
    '  t',
    '',
  ];
  const reading = readYaml(text.join('\n'));

  test('gives the value', () => {
    expect(reading.value).toEqual({ a: 1, list: ['x', { b: 2, 'c d': 3 }], text: 'one\ntwo\n', last: 't' });
    expect(reading.problems).toEqual([]);
  });

  test.each([
    ['a', undefined, 2, 1],
    ['list[0]', undefined, 4, 5],
    ['list[1].b', undefined, 5, 6],
    ['list[1]["c d"]', undefined, 5, 12],
    ['text', undefined, 6, 1],
    ['text', 2, 8, 1],
    ['last', 1, 10, 1],
    ['list[1].missing', undefined, 5, 5],
    ['list[7]', undefined, 3, 1],
    ['missing.far.away', undefined, 1, 1],
    ['', undefined, 1, 1],
  ])('finds %j (line %j in its text)', (path, lineInText, line, column) => {
    expect(reading.locate(path, lineInText)).toEqual({ line, column });
  });

  test('counts lines that end in CR LF', () => {
    expect(readYaml('a: 1\r\nb: 2\r\n').locate('b')).toEqual({ line: 2, column: 1 });
  });

  test('reports every duplicate key and still reads the rest', () => {
    const twice = readYaml('a: 1\nb: 2\na: 3\nb: 4\nc: 5\n');
    expect(twice.problems.map(({ code, line, path }) => [code, line, path])).toEqual([
      ['duplicate_key', 3, 'a'],
      ['duplicate_key', 4, 'b'],
    ]);
    expect(twice.value).toMatchObject({ c: 5 });
  });

  test.each([
    ['a:\n\tb: 1\n', 'yaml_tab', 2],
    ['a: 1\n\tb: 1\n', 'yaml_tab', 2],
    ['a: &x 1\nb: *x\n', 'yaml_alias', 2],
    ['a: &x [*x]\n', 'yaml_alias', 1],
    ['---\na: 1\n---\nb: 1\n', 'yaml_documents', 3],
    ['a: 1\n---\n', 'yaml_documents', 2],
    ['', 'yaml_empty', 1],
    ['a: {{ b }}\n', 'yaml_key', 1],
    ['? [a]\n: 1\n', 'yaml_key', 1],
    ['a: "\u0000"\n', 'yaml_syntax', 1],
    ['['.repeat(500), 'yaml_syntax', 1],
  ])('refuses %j', (wrong, code, line) => {
    const { value, problems } = readYaml(wrong);
    expect(value).toBeUndefined();
    expect(problems[0]).toMatchObject({ code, line });
  });

  test('never throws, and always says what is wrong when it has no value', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'a',
        ': ',
        '- ',
        '\n',
        '  ',
        '\t',
        '[',
        ']',
        '{',
        '}',
        '&x ',
        '*x',
        '|',
        '>',
        '"',
        "'",
        '#',
        '---',
        '...',
        '!t ',
        '? ',
        '\\',
        '%',
        '1',
      ),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const { value, problems } = readYaml(parts.join(''));
        expect(value === undefined).toBe(problems.some(({ code }) => code !== 'duplicate_key'));
      }),
      { numRuns: 2_000 },
    );
  });

  test('does not let a key reach the prototype', () => {
    const { value } = readYaml('__proto__:\n  polluted: true\n');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(Object(value) as object)).toEqual(['__proto__']);
  });
});

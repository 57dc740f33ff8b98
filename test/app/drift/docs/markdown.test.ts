import { describe, expect, test } from '@jest/globals';
import { readMarkdown } from '../../../../src/app/drift/docs/markdown.ts';

const page = (...lines: string[]) => readMarkdown(lines.join('\n'));

describe('readMarkdown', () => {
  test('finds blocks with the line and the language, without the indent of a list', () => {
    const { blocks, prose } = page(
      '- a',
      '  ```SH title',
      '  one',
      '    two',
      '  ```',
      '~~~~',
      '```',
      '~~~~',
      'end',
    );
    expect(blocks).toEqual([
      { language: 'sh', line: 3, text: 'one\n  two' },
      { language: '', line: 7, text: '```' },
    ]);
    expect(prose.split('\n')).toEqual(['- a', '', '', '', '', '', '', '', 'end']);
  });

  test('finds code with its place, also across lines and in cells of tables', () => {
    const { spans } = page('Set `A_B` and', '``x ` y``, or `run', '  --local`.', '| `a\\|b` |');
    expect(spans).toEqual([
      { text: 'A_B', line: 1, column: 6 },
      { text: 'x ` y', line: 2, column: 3 },
      { text: 'run --local', line: 2, column: 16 },
      { text: 'a|b', line: 4, column: 4 },
    ]);
  });

  test('does not pair an unmatched backtick with one of another paragraph', () => {
    expect(page('a ` b', '', '`c`').spans).toEqual([{ text: 'c', line: 3, column: 2 }]);
  });

  test('finds links, but not in code and not in comments', () => {
    const { links, spans } = page('[a](b.md#c) `[d](e)`', '<!-- `f` [g](h)', '-->', '![i](<j.png>)');
    expect(links.map(({ text, line }) => [text, line])).toEqual([
      ['b.md#c', 1],
      ['j.png', 4],
    ]);
    expect(spans.map(({ text }) => text)).toEqual(['[d](e)']);
  });
});

import { describe, expect, test } from '@jest/globals';
import { commandsOf, shellCommands } from '../../../../src/app/drift/docs/shell-commands.ts';
import { growthOf } from '../../../support/memory/processor-time.ts';

const wordsOf = (text: string) => shellCommands(text, 1).map(({ words }) => words);

describe('shellCommands', () => {
  test('reads quotes, continued lines and comments as a shell does', () => {
    expect(shellCommands('# not this `one`\na \'b c\' "d \\" # e" \\\n  f\\ g # h\ni', 10)).toEqual([
      { line: 11, variables: [], words: ['a', 'b c', 'd \\" # e', 'f g'] },
      { line: 13, variables: [], words: ['i'] },
    ]);
  });

  test('separates commands, and omits redirections', () => {
    expect(wordsOf('a 1 | b 2>&1 && c > out -x 2>err -y; d <in; x=$(e f)')).toEqual([
      ['a', '1'],
      ['b'],
      ['c', '-x', '-y'],
      ['d'],
      [],
      ['e', 'f'],
    ]);
  });

  test('separates the variables before a command from its arguments', () => {
    expect(shellCommands('LOG_FORMAT=json exec a B_C=1', 1)).toEqual([
      { line: 1, variables: ['LOG_FORMAT'], words: ['a', 'B_C=1'] },
    ]);
    expect(shellCommands('export A_B=1 C_D=2', 1)).toEqual([
      { line: 1, variables: ['A_B', 'C_D'], words: [] },
    ]);
  });

  test('keeps a template, a variable and a placeholder in one word', () => {
    expect(wordsOf('a {{ execution.id }} ${B:-c d} <path> ${{ inputs.x }} {e,f}')).toEqual([
      ['a', '{{ execution.id }}', '${B:-c d}', '<path>', '${{ inputs.x }}', '{e,f}'],
    ]);
  });

  test.each(['${', '{{', '{'])('reads %s that is never closed in linear time', async (opening) => {
    const read = (size: number) => wordsOf(opening.repeat(size));
    expect(read(3)).toEqual([[opening.repeat(3)]]);
    expect(await growthOf(read, 400_000)).toBe('linear');
  });
});

describe('commandsOf', () => {
  test('reads the typed lines of a session, and no output', () => {
    const text = '$ a \\\n  b\nc\n$ d';
    expect(
      commandsOf({ language: 'console', line: 5, text }).map(({ line, words }) => [line, words]),
    ).toEqual([
      [5, ['a', 'b']],
      [8, ['d']],
    ]);
  });

  test('reads nothing of a block in another language', () => {
    expect(commandsOf({ language: 'yaml', line: 1, text: 'a: b' })).toEqual([]);
  });
});

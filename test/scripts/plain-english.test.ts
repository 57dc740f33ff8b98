import { describe, expect, test } from '@jest/globals';
import { Linter } from 'eslint';
import { plainEnglish, WORDING } from '../../scripts/plain-english.js';

/** The messages about a file with this code. */
function messagesOf(code: string): string[] {
  const config: Linter.Config = {
    plugins: { 'plain-english': plainEnglish },
    rules: { 'plain-english/wording': 'error' },
    languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } },
  };
  return new Linter().verify(code, config).map(({ message }) => message);
}

describe('plain-english/wording', () => {
  test.each(WORDING)('finds "$example"', ({ example, instead, commentsOnly = false }) => {
    const comments = [`// ${example}\n`, `/**\n * ${example.replaceAll(' ', '\n * ')}\n */\n`];
    const texts = [
      `export default ${JSON.stringify(example)};\n`,
      `export default \`${example} \${1}\`;\n`,
      `export default <p>${example}</p>;\n`,
    ];
    const message = expect.stringContaining(`is not plain English; write ${instead}.`);
    for (const code of comments) expect(messagesOf(code)).toEqual([message]);
    for (const code of texts) expect(messagesOf(code)).toEqual(commentsOnly ? [] : [message]);
  });

  test.each([
    'There are no files, and there is no text.',
    'The server is behind a proxy.',
    'So many rows were sent that the run stopped.',
    'All of them are the same.',
  ])('accepts "%s"', (text) => {
    expect(messagesOf(`// ${text}\nexport default ${JSON.stringify(text)};\n`)).toEqual([]);
  });
});

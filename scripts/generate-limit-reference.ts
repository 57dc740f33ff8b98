/**
 * Makes docs/limits.md from the comments in src/core/limits.ts:
 *
 *     npm run generate          writes it
 *     npm run generate:check    fails when it is not current
 */
import * as limits from '../src/core/limits.ts';
import { documentedConstants } from './doc-comments.ts';
import { markdownTable, writeOrCheck } from './generated-page.ts';

const LIMITS = 'src/core/limits.ts';
const values = new Map<string, number>(Object.entries(limits));

const rows = (await documentedConstants(LIMITS)).map(({ name, comment }) => {
  const value = values.get(name);
  if (value === undefined) throw new Error(`${name} is in ${LIMITS} and not in the program.`);
  return [`\`${name}\``, value.toLocaleString('en-US'), comment];
});

await writeOrCheck(
  'docs/limits.md',
  `# Limits

<!-- Generated from ${LIMITS} by \`npm run generate\`. Change it there. -->

Every limit of the engine, with its unit in its name. Those with \`DEFAULT\` in their names can be set in a connector; the
others are constants of the program. A text that ends in dots goes on in the next line.

${markdownTable(['limit', 'value', 'why'], rows)}
`,
);

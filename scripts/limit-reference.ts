/**
 * Makes docs/limits.md from the comments in src/core/limits.ts.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as limits from '../src/core/limits.ts';
import { documentedConstants } from './doc-comments.ts';
import { unreadLimits } from './unread-limits.ts';
import { markdownTable, type GeneratedPage } from './generated-page.ts';

const LIMITS = 'src/core/limits.ts';
const values = new Map<string, number>(Object.entries(limits));

export async function limitReference(): Promise<GeneratedPage[]> {
  const documented = await documentedConstants(LIMITS);
  const sources = (await readdir('src', { recursive: true }))
    .map((name) => join('src', name))
    .filter((path) => /\.tsx?$/.test(path) && path !== LIMITS);
  const unread = unreadLimits(
    documented.map(({ name }) => name),
    await readFile(LIMITS, 'utf8'),
    await Promise.all(sources.map((path) => readFile(path, 'utf8'))),
  );
  if (unread.length > 0) {
    throw new Error(`Nothing reads ${unread.join(', ')} of ${LIMITS}: use it, or remove it.`);
  }

  const rows = documented.map(({ name, comment }) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`${name} is in ${LIMITS} and not in the program.`);
    return [`\`${name}\``, value.toLocaleString('en-US'), comment];
  });

  const content = `# Limits

<!-- Generated from ${LIMITS} by \`npm run generate\`. Change it there. -->

Every limit of the engine, with its unit in its name. Those with \`DEFAULT\` in their names can be set in a connector; the
others are constants of the program. A description that ends in dots continues in the next row.

${markdownTable(['limit', 'value', 'why'], rows)}
`;
  return [{ path: 'docs/limits.md', content }];
}

/**
 * Makes docs/limits.md from the comments in the files src/…/limits.ts.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { documentedConstants } from './doc-comments.ts';
import { unreadLimits } from './unread-limits.ts';
import { markdownTable, type GeneratedPage } from './generated-page.ts';

const SHARED = join('src', 'core', 'limits.ts');

export async function limitReference(): Promise<GeneratedPage[]> {
  const paths = (await readdir('src', { recursive: true }))
    .map((name) => join('src', name))
    .filter((path) => /\.tsx?$/.test(path));
  const sources = new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)),
  );
  const files = paths
    .filter((path) => basename(path) === 'limits.ts')
    .sort((one, other) => Number(other === SHARED) - Number(one === SHARED) || (one < other ? -1 : 1));
  const parts: string[] = [];
  for (const file of files) parts.push(await partOf(file, sources));

  const content = `# Limits

<!-- Generated from the files src/…/limits.ts by \`npm run generate\`. Change it there. -->

Every limit of the engine, with its unit in its name, by the part of the program that reads it. Those with \`DEFAULT\` in
their names can be set in a connector; the others are constants of the program. A description that ends in dots
continues in the next row.

${parts.join('\n')}`;
  return [{ path: 'docs/limits.md', content }];
}

/** One file of limits as a part of the page. @throws Error naming a limit that nothing reads */
async function partOf(file: string, sources: ReadonlyMap<string, string>): Promise<string> {
  const text = sources.get(file) ?? '';
  const heading = /^\/\*\* (Limits .+)\. \*\/\n/.exec(text)?.[1];
  if (heading === undefined) {
    throw new Error(`${file} must begin with a comment such as "Limits of a run.", which is its heading.`);
  }
  const documented = await documentedConstants(file);
  const unread = unreadLimits(
    documented.map(({ name }) => name),
    text,
    [...sources].filter(([path]) => path !== file).map(([, other]) => other),
  );
  if (unread.length > 0)
    throw new Error(`Nothing reads ${unread.join(', ')} of ${file}: use it, or remove it.`);
  const limits = new Map<string, unknown>(
    Object.entries((await import(join('..', '..', file))) as Record<string, unknown>),
  );
  const rows = documented.map(({ name, comment }) => {
    const value = limits.get(name);
    if (typeof value !== 'number') throw new Error(`${name} of ${file} is not a number of the program.`);
    return [`\`${name}\``, value.toLocaleString('en-US'), comment];
  });
  return `## ${heading}\n\nDeclared in [${file}](../${file}).\n\n${markdownTable(['limit', 'value', 'why'], rows)}\n`;
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** A file that is made from the source. */
export interface GeneratedPage {
  /** Relative to the repository. */
  readonly path: string;
  /** Before it is formatted. */
  readonly content: string;
}

/** A Markdown table, cells as they are. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export async function writePage({ path, content }: GeneratedPage): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await formatted({ path, content }));
}

/** The first line that differs from what the file would be given, from 1; undefined if the file is current. */
export async function firstStaleLine(page: GeneratedPage): Promise<number | undefined> {
  const found = await readFile(page.path, 'utf8').catch(() => '');
  const wanted = await formatted(page);
  if (found === wanted) return undefined;
  const lines = found.split('\n');
  const differing = wanted.split('\n').findIndex((line, index) => line !== lines[index]);
  // Without a difference, the file continues after the last line that it should have.
  return (differing < 0 ? wanted.split('\n').length : differing) + 1;
}

async function formatted({ path, content }: GeneratedPage): Promise<string> {
  return format(content, { ...(await resolveConfig(path)), filepath: path });
}

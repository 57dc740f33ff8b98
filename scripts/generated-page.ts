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

/** Whether the file has the content that it would be given. */
export async function isCurrent({ path, content }: GeneratedPage): Promise<boolean> {
  const found = await readFile(path, 'utf8').catch(() => '');
  return found === (await formatted({ path, content }));
}

async function formatted({ path, content }: GeneratedPage): Promise<string> {
  return format(content, { ...(await resolveConfig(path)), filepath: path });
}

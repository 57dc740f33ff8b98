import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** A Markdown table, cells as they are. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * Writes a generated file; with `--check` on the command line only looks whether it is current, and if not sets
 * the exit status 1.
 * @param page a path, for messages too
 */
export async function writeOrCheck(page: string, content: string): Promise<void> {
  const wanted = await format(content, { ...(await resolveConfig(page)), filepath: page });
  if (!process.argv.includes('--check')) {
    await mkdir(dirname(page), { recursive: true });
    await writeFile(page, wanted);
    return;
  }
  const found = await readFile(page, 'utf8').catch(() => '');
  if (found === wanted) return;
  process.stderr.write(`${page} is not what its source says. Run: npm run generate\n`);
  process.exitCode = 1;
}

import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BridgeError } from '../../../core/errors.ts';
import { MARKDOWN_PAGE_BYTES_MAX, MARKDOWN_PAGES_MAX } from '../../limits.ts';
import { readMarkdown, type Markdown } from './markdown.ts';

/** A page of documentation. */
export interface Page extends Markdown {
  /** The path from the working directory, with `/`. */
  readonly file: string;
}

/** Where documentation is unless an option names other places; those that do not exist are skipped. */
const DEFAULT_PAGES: readonly string[] = ['README.md', 'docs'];

/**
 * Reads pages of Markdown; a folder means all of its pages and those of its subfolders.
 * @param paths from `cwd`; undefined: those of `DEFAULT_PAGES` that exist
 * @throws BridgeError DRIFT_FILE_UNREADABLE
 */
export async function readPages(paths: readonly string[] | undefined, cwd: string): Promise<Page[]> {
  const given = paths ?? DEFAULT_PAGES.filter((path) => existsSync(resolve(cwd, path)));
  const files: string[] = [];
  for (const path of given) files.push(...(await pagesBelow(path, cwd)));
  if (files.length > MARKDOWN_PAGES_MAX) {
    throw unreadable(given.join(', '), `has more than ${MARKDOWN_PAGES_MAX} pages of Markdown`);
  }
  const pages: Page[] = [];
  for (const file of files) pages.push(await readPage(file, cwd));
  return pages;
}

async function pagesBelow(path: string, cwd: string): Promise<string[]> {
  try {
    if (!(await stat(resolve(cwd, path))).isDirectory()) return [path];
    const entries = await readdir(resolve(cwd, path), { withFileTypes: true });
    const found: string[] = [];
    for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
      const below = join(path, entry.name);
      if (entry.isDirectory() && !isForeign(entry.name)) found.push(...(await pagesBelow(below, cwd)));
      else if (entry.isFile() && /\.mdx?$/.test(entry.name)) found.push(below);
    }
    return found;
  } catch (thrown) {
    throw readingError(path, thrown);
  }
}

/** Folders of other programs: packages, and hidden ones. */
function isForeign(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.');
}

async function readPage(path: string, cwd: string): Promise<Page> {
  const file = path.replaceAll('\\', '/');
  try {
    const { size } = await stat(resolve(cwd, path));
    if (size > MARKDOWN_PAGE_BYTES_MAX) {
      throw unreadable(file, `is larger than ${MARKDOWN_PAGE_BYTES_MAX} bytes`);
    }
    return { file, ...readMarkdown(await readFile(resolve(cwd, path), 'utf8')) };
  } catch (thrown) {
    throw readingError(file, thrown);
  }
}

function readingError(path: string, thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  return unreadable(path, `cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
}

function unreadable(path: string, problem: string): BridgeError {
  return new BridgeError('DRIFT_FILE_UNREADABLE', `${path} ${problem}.`, {
    hint: 'Name the pages to compare with --docs, relative to the working directory.',
  });
}

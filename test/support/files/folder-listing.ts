import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Everything below a folder, hidden files too: a line per entry with its size, its time of change and its content's hash.
 * Folders are listed by name only: SQLite cannot read its journal without making a file beside it, which it removes again.
 */
export function folderListing(folder: string): string[] {
  return entries(folder).map((path) => {
    const entry = lstatSync(join(folder, path));
    if (entry.isDirectory()) return path;
    const { size, mtimeMs } = entry;
    return `${path} ${size} ${mtimeMs} ${hash(join(folder, path))}`;
  });
}

/** The files below a folder by name and content, whenever they were written; none if it does not exist. */
export function folderContents(folder: string): string[] {
  return entries(folder)
    .filter((path) => lstatSync(join(folder, path)).isFile())
    .map((path) => `${path} ${hash(join(folder, path))}`);
}

/** The names of the files below a folder. */
export function fileNames(folder: string): string[] {
  return entries(folder).filter((path) => lstatSync(join(folder, path)).isFile());
}

/** The text of all files below a folder, for a search. */
export function allText(folder: string): string {
  return entries(folder)
    .filter((path) => lstatSync(join(folder, path)).isFile())
    .map((path) => `${path}\n${readFileSync(join(folder, path), 'latin1')}`)
    .join('\n');
}

function entries(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

function hash(path: string): string {
  if (!lstatSync(path).isFile()) return '-';
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CONNECTOR_FILE_BYTES_MAX } from '../core/limits.ts';
import type { Problem } from './problem.ts';

export type FileReading = { readonly text: string } | { readonly problem: Problem };

/** Reads a file as UTF-8; never throws for what a user can cause. */
export async function readConnectorFile(file: string, cwd: string): Promise<FileReading> {
  let bytes: Buffer;
  try {
    bytes = await readUpTo(resolve(cwd, file), CONNECTOR_FILE_BYTES_MAX + 1);
  } catch (thrown) {
    return { problem: unreadable(file, thrown) };
  }
  if (bytes.length > CONNECTOR_FILE_BYTES_MAX) {
    const message = `The file is larger than ${CONNECTOR_FILE_BYTES_MAX} bytes, too large for a connector.`;
    return { problem: fileProblem(file, 'file_too_large', message, 'the path of a connector file') };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const message = 'The file is not text in UTF-8.';
    return { problem: fileProblem(file, 'not_text', message, 'a YAML file, saved as UTF-8') };
  }
}

/** Never more than `limit` bytes, whatever the file is: a device or a log of gigabytes must not fill the memory. */
async function readUpTo(path: string, limit: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(limit);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, limit - length, null);
      length += bytesRead;
      if (bytesRead === 0 || length === limit) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

/**
 * The connector files that paths stand for: a directory stands for the `*.yaml` and `*.yml` in it, by name. A file named
 * twice is taken once.
 */
export async function listConnectorFiles(
  paths: readonly string[],
  cwd: string,
): Promise<{ readonly files: readonly string[]; readonly problems: readonly Problem[] }> {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  for (const path of paths) {
    try {
      const found = await filesOf(path, cwd);
      for (const file of found) {
        const absolute = resolve(cwd, file);
        if (!files.has(absolute)) files.set(absolute, file);
      }
      if (found.length === 0) {
        problems.push(
          fileProblem(path, 'no_files', 'The directory has no *.yaml or *.yml file.', 'another path'),
        );
      }
    } catch (thrown) {
      problems.push(unreadable(path, thrown));
    }
  }
  return { files: [...files.values()], problems };
}

async function filesOf(path: string, cwd: string): Promise<string[]> {
  const found = await stat(resolve(cwd, path));
  if (!found.isDirectory()) return [path];
  const entries = await readdir(resolve(cwd, path), { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && /^[^.].*\.ya?ml$/s.test(entry.name))
    .map((entry) => join(path, entry.name))
    .sort();
}

const REASONS = new Map([
  ['ENOENT', 'There is no such file.'],
  ['EACCES', 'The file may not be read by this user.'],
  ['EPERM', 'The file may not be read by this user.'],
  ['EISDIR', 'This is a directory.'],
  ['ENOTDIR', 'There is no such file.'],
]);

function unreadable(file: string, thrown: unknown): Problem {
  const code =
    typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : String(thrown);
  const message = REASONS.get(code) ?? `The file cannot be read (${code}).`;
  return fileProblem(
    file,
    'file_unreadable',
    message,
    'the path of a connector file, from the working directory',
  );
}

function fileProblem(file: string, code: Problem['code'], message: string, fix: string): Problem {
  return { severity: 'error', code, file, line: 1, path: '', message, fix };
}

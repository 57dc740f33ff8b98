import { constants } from 'node:fs';
import { open, opendir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CONNECTOR_FILES_MAX } from '../../core/limits.ts';
import { CONNECTOR_FILE_BYTES_MAX } from '../limits.ts';
import type { Problem } from '../problem.ts';

export type FileReading = { readonly text: string } | { readonly problem: Problem };

/** Reads a file as UTF-8; never throws for an error that a user can cause. */
export async function readConnectorFile(file: string, cwd: string): Promise<FileReading> {
  let bytes: Buffer | undefined;
  try {
    bytes = await readUpTo(resolve(cwd, file), CONNECTOR_FILE_BYTES_MAX);
  } catch (thrown) {
    return { problem: unreadable(file, thrown) };
  }
  if (bytes === undefined) {
    const message = `The file is larger than ${CONNECTOR_FILE_BYTES_MAX} bytes, too large for a definition.`;
    return { problem: fileProblem(file, 'file_too_large', message, 'the path of a file with a definition') };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const message = 'The file is not text in UTF-8.';
    return { problem: fileProblem(file, 'not_text', message, 'a YAML file, saved as UTF-8') };
  }
}

/**
 * The content of a regular file; undefined if it has more than `limit` bytes. A named pipe without a writer would block the
 * reader for ever, so the file is opened without blocking, and refused if it is not a regular file.
 */
async function readUpTo(path: string, limit: number): Promise<Buffer | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (found.isDirectory()) throw new UnreadableError('EISDIR');
    if (!found.isFile()) throw new UnreadableError('NOT_REGULAR');
    if (found.size > limit) return undefined;
    // Files in /proc have no size, and a file may grow in the meantime.
    const buffer = Buffer.alloc(limit + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
      length += bytesRead;
      if (length > limit) return undefined;
      if (bytesRead === 0) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

class UnreadableError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * Lists the connector files for some paths: a directory means the `*.yaml` and `*.yml` files in it, by name. A file that is named
 * twice is listed once.
 */
export async function listConnectorFiles(
  paths: readonly string[],
  cwd: string,
): Promise<{ readonly files: readonly string[]; readonly problems: readonly Problem[] }> {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  for (const path of paths) {
    try {
      const { files: found, isCut } = await filesOf(path, cwd);
      if (isCut) problems.push(tooManyFiles(path));
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

async function filesOf(path: string, cwd: string): Promise<{ files: string[]; isCut: boolean }> {
  const found = await stat(resolve(cwd, path));
  if (!found.isDirectory()) return { files: [path], isCut: false };
  const names: string[] = [];
  for await (const entry of await opendir(resolve(cwd, path))) {
    if (entry.isDirectory() || !/^[^.].*\.ya?ml$/s.test(entry.name)) continue;
    if (names.length === CONNECTOR_FILES_MAX) return { files: inFolder(path, names), isCut: true };
    names.push(entry.name);
  }
  return { files: inFolder(path, names), isCut: false };
}

function inFolder(path: string, names: readonly string[]): string[] {
  return names.map((name) => join(path, name)).sort();
}

function tooManyFiles(path: string): Problem {
  return fileProblem(
    path,
    'too_many_files',
    `The directory has more than ${CONNECTOR_FILES_MAX} files; the others are not read.`,
    'several directories',
  );
}

const REASONS = new Map([
  ['ENOENT', 'The file does not exist.'],
  ['EACCES', 'The file may not be read by this user.'],
  ['EPERM', 'The file may not be read by this user.'],
  ['EISDIR', 'This is a directory.'],
  ['ENOTDIR', 'The file does not exist.'],
  ['ELOOP', 'The symbolic link leads back to itself.'],
  ['ENXIO', 'This is not a regular file.'],
  ['NOT_REGULAR', 'This is not a regular file.'],
]);

function unreadable(file: string, thrown: unknown): Problem {
  const code =
    typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : String(thrown);
  const message = REASONS.get(code) ?? `The file cannot be read (${code}).`;
  return fileProblem(
    file,
    'file_unreadable',
    message,
    'the path of a file with a definition, from the working directory',
  );
}

function fileProblem(file: string, code: Problem['code'], message: string, fix: string): Problem {
  return { status: 'fail', code, place: { file }, subject: '', message, fix };
}

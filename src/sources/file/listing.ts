import type { BigIntStats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FileSourceSpec } from '../../definitions/connector/types.ts';
import { FILE_AGE_SECONDS_MIN, FILE_COUNT_MAX } from '../limits.ts';
import { fileChanging, fileError, fileRefused, folderError, folderMissing, linkOut } from './errors.ts';
import { isBelow, matchingFiles } from './glob.ts';
import type { SourcePermit } from '../permit.ts';

/** A file as it was when the folder was listed. */
export interface ListedFile {
  /** The path relative to the folder, with `/` between parts. */
  readonly name: string;
  /** The resolved path. */
  readonly path: string;
  readonly bytes: bigint;
  readonly modifiedNs: bigint;
}

/** The environment of a listing. */
export interface ListingContext {
  /** The current time, which is needed to detect files that may still be written. */
  readonly now: () => Date;
  readonly permit: Pick<SourcePermit, 'folder'>;
}

/**
 * The files that a connector reads, sorted by name.
 * @throws BridgeError POLICY_REFUSED, SOURCE_FOLDER_MISSING, SOURCE_FILE_REFUSED, SOURCE_FILE_CHANGING, SOURCE_PERMISSION,
 *   SOURCE_LOST
 */
export async function listFiles(
  spec: FileSourceSpec,
  { now, permit }: ListingContext,
  signal: AbortSignal,
): Promise<ListedFile[]> {
  const folder = await realFolder(spec.path);
  permit.folder(folder);
  const names = await matchingFiles(folder, spec.glob, signal);
  if (names.length > FILE_COUNT_MAX) {
    throw fileRefused(
      folder,
      `has ${names.length} files that match ${spec.glob}, more than ${FILE_COUNT_MAX}`,
      'Divide them among several connectors.',
    );
  }
  const time = now();
  const files: ListedFile[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    const file = await lookAt(folder, name);
    requireAge(file, time);
    files.push(file);
  }
  return files;
}

/** @throws BridgeError SOURCE_FILE_CHANGING if the file changed since it was listed */
export function requireSame(file: ListedFile, { size, mtimeNs }: BigIntStats): void {
  if (size === file.bytes && mtimeNs === file.modifiedNs) return;
  throw fileChanging(file.name, 'changed while it was read');
}

/** Called after all files were read: no file may change during a listing. @throws BridgeError SOURCE_FILE_CHANGING */
export async function requireAllSame(files: readonly ListedFile[], signal: AbortSignal): Promise<void> {
  for (const file of files) {
    signal.throwIfAborted();
    requireSame(file, await statOf(file.name, file.path));
  }
}

async function realFolder(path: string): Promise<string> {
  try {
    const folder = await realpath(resolve(path));
    if (!(await stat(folder)).isDirectory()) throw folderMissing(path);
    return folder;
  } catch (thrown) {
    throw folderError(path, thrown);
  }
}

async function lookAt(folder: string, name: string): Promise<ListedFile> {
  // Node replaces bytes in a name that it cannot decode, and then does not find the file.
  if (name.includes('\uFFFD')) {
    throw fileRefused(JSON.stringify(name), 'has a name that is not UTF-8', 'Rename the file.');
  }
  const path = await realPathOf(folder, name);
  if (!isBelow(folder, path)) throw linkOut(name);
  const stats = await statOf(name, path);
  if (!stats.isFile()) throw fileRefused(name, 'is not a regular file', 'Remove it, or correct source.glob.');
  return { name, path, bytes: stats.size, modifiedNs: stats.mtimeNs };
}

async function realPathOf(folder: string, name: string): Promise<string> {
  try {
    return await realpath(join(folder, name));
  } catch (thrown) {
    throw fileError(name, thrown);
  }
}

async function statOf(name: string, path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true });
  } catch (thrown) {
    throw fileError(name, thrown);
  }
}

/** A file time slightly in the future comes from a file server whose clock is ahead. */
function requireAge({ name, modifiedNs }: ListedFile, now: Date): void {
  const seconds = Math.abs(now.getTime() - Number(modifiedNs / 1_000_000n)) / 1_000;
  if (seconds >= FILE_AGE_SECONDS_MIN) return;
  throw fileChanging(name, `was written to less than ${FILE_AGE_SECONDS_MIN} seconds ago`);
}

import { readdir, realpath, stat } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { glob } from 'tinyglobby';
import type { BridgeError } from '../../core/errors.ts';
import { fileError, fileRefused, folderError, linkOut } from './errors.ts';
import { asError, codeOf } from '../../core/thrown.ts';

/** A path that could not be inspected. */
interface Failure {
  readonly path: string;
  readonly error: unknown;
}

const UNFINISHED = /\.(?:part|partial|filepart|tmp|temp|crdownload)$/i;

/**
 * The files of a folder that match a pattern, as sorted relative paths.
 * @throws BridgeError SOURCE_* for any path that could not be inspected: if it were skipped, its rows would count as deleted
 */
export async function matchingFiles(folder: string, pattern: string, signal: AbortSignal): Promise<string[]> {
  const folders: Failure[] = [];
  const links: Failure[] = [];
  const names = await glob(pattern, {
    cwd: folder,
    dot: false,
    expandDirectories: false,
    signal,
    fs: {
      readdir: noting(readdir, folders),
      realpath: noting(realpath, links, (name, target) => refusal(folder, name, target)),
      stat: noting(stat, links),
    },
  });
  signal.throwIfAborted();
  for (const { path, error } of folders) throw folderError(path, error);
  for (const { path, error } of links) {
    const name = relative(folder, path);
    if (!isHidden(name)) throw linkError(name, error);
  }
  return names.filter((name) => !isHidden(name) && !UNFINISHED.test(name)).sort();
}

/** Explains why a link that leads out of the folder is not followed: the crawler would walk through everything there. */
function refusal(folder: string, path: string, target: unknown): BridgeError | undefined {
  return isBelow(folder, String(target)) ? undefined : linkOut(relative(folder, path));
}

/**
 * Wraps a file system call and records its failures, because the crawler silently skips what it cannot read.
 * @param refuse returns the failure that a result means, or undefined
 */
function noting<Call extends (...args: never[]) => unknown>(
  call: Call,
  failures: Failure[],
  refuse: (path: string, result: unknown) => BridgeError | undefined = () => undefined,
): Call {
  return new Proxy(call, {
    apply(target, self, args: unknown[]): unknown {
      const path = join(String(args[0]), '.');
      const callback = args.at(-1);
      const noted = (thrown: unknown, ...results: unknown[]): void => {
        const error = thrown ?? refuse(path, results[0]) ?? null;
        if (error !== null) failures.push({ path, error });
        if (typeof callback === 'function') Reflect.apply(callback, undefined, [error, ...results]);
      };
      return Reflect.apply(target, self, [...args.slice(0, -1), noted]);
    },
  });
}

function linkError(name: string, error: unknown): unknown {
  if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(asError(error)))) return fileError(name, error);
  return fileRefused(
    name,
    'is a link that leads nowhere',
    'Remove the link, or bring back what it leads to.',
  );
}

/** @param path an absolute and resolved path, like the folder */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

function isHidden(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') && part !== '..');
}

import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

export interface TempDir {
  /** Absolute, without links in it, so that it equals what a program reports about its own files. */
  readonly path: string;
  /** The absolute path of something in the folder. */
  join(...parts: string[]): string;
  /** Removes the folder and everything in it. */
  remove(): Promise<void>;
}

/** A fresh, empty folder. */
export async function createTempDir(): Promise<TempDir> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'gemini-sync-bridge-')));
  return {
    path: folder,
    join: (...parts) => path.join(folder, ...parts),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Calls `use` with a fresh folder and removes it afterwards, whatever happens. */
export async function withTempDir<T>(use: (dir: TempDir) => Promise<T>): Promise<T> {
  const dir = await createTempDir();
  try {
    return await use(dir);
  } finally {
    await dir.remove();
  }
}

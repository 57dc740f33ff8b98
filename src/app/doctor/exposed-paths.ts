import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import type { Logger } from '../../core/log.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { warn, type DoctorFinding } from './finding.ts';

/** Read or write permission of the group or of all other users. */
const OTHERS_READ_OR_WRITE = 0o066;

/** Paths that other users of the machine may read or write, and the command that fixes their permissions. */
interface Exposure {
  readonly paths: readonly string[];
  readonly fix: string;
}

/** The data that a run or a server stores on this machine; undefined for data stored elsewhere. */
interface KeptHere {
  /** The embedded state file. */
  readonly stateFile: string | undefined;
  /** The folder of a `file://` bucket. */
  readonly bucketFolder?: string | undefined;
}

/** Logs a warning about each path that other users may read or write. */
export async function warnOfExposure({ stateFile, bucketFolder }: KeptHere, log: Logger): Promise<void> {
  const state = stateFile === undefined ? undefined : await exposedState(stateFile);
  if (state !== undefined) log.warn('other users of this machine may read or write the state', { ...state });
  const bucket = bucketFolder === undefined ? undefined : await exposedFolder(bucketFolder);
  if (bucket !== undefined) {
    log.warn('other users of this machine may read or write in the bucket', { ...bucket });
  }
}

/** Returns the finding unchanged, or a warning instead of a good finding if these paths are exposed. */
export function unlessExposed(finding: DoctorFinding, exposure: Exposure | undefined): DoctorFinding {
  if (finding.status !== 'ok' || exposure === undefined) return finding;
  const what = `${finding.message} Other users of this machine may read or write ${exposure.paths.join(', ')}.`;
  return warn(finding.subject, what, exposure.fix);
}

/** Checks the state file, its journal, its index, and their folder. */
export function exposedState(file: string): Promise<Exposure | undefined> {
  return exposureOf(
    dirname(file),
    ['', '-wal', '-shm'].map((ending) => `${basename(file)}${ending}`),
  );
}

/** Checks only the folder, because it may contain thousands of files. */
export function exposedFolder(folder: string): Promise<Exposure | undefined> {
  return exposureOf(folder, []);
}

async function exposureOf(folder: string, names: readonly string[]): Promise<Exposure | undefined> {
  // On Windows, file modes do not tell who may read a file.
  if (process.platform === 'win32') return undefined;
  const paths: string[] = [];
  for (const path of [folder, ...names.map((name) => join(folder, name))]) {
    const mode = await stat(path).then(
      (found) => found.mode,
      () => 0,
    );
    if ((mode & OTHERS_READ_OR_WRITE) !== 0) paths.push(path);
  }
  return paths.length === 0 ? undefined : { paths, fix: `chmod -R go= ${shellWord(folder)}` };
}

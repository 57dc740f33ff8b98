import { BridgeError } from '../../core/errors.ts';
import { asError, codeOf } from '../../core/thrown.ts';

const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
const MAY_NOT = new Set(['EACCES', 'EPERM']);

/** @param line from 1 */
export function fileInvalid(file: string, line: number, what: string, hint: string): BridgeError {
  return new BridgeError('SOURCE_FILE_INVALID', `${file}, line ${line}: ${what}.`, { hint });
}

export function fileRefused(file: string, what: string, hint: string): BridgeError {
  return new BridgeError('SOURCE_FILE_REFUSED', `${file} ${what}.`, { hint });
}

export function linkOut(file: string): BridgeError {
  return fileRefused(
    file,
    'is a link that leads out of the folder',
    'Put what it leads to into the folder, or let source.path be the folder where that is.',
  );
}

export function fileChanging(file: string, what: string, cause?: unknown): BridgeError {
  return new BridgeError('SOURCE_FILE_CHANGING', `${file} ${what}.`, {
    cause,
    hint: 'Run again in a moment. Files are best written under a temporary name, such as x.csv.tmp, and renamed when they are whole.',
  });
}

export function folderMissing(folder: string, cause?: unknown): BridgeError {
  return new BridgeError('SOURCE_FOLDER_MISSING', `There is no folder ${folder}.`, {
    cause,
    hint: 'Check source.path, which is relative to the working directory, and that the file system is mounted.',
  });
}

/** Translates a system error from reading a listed file; other errors are returned unchanged. */
export function fileError(file: string, thrown: unknown): unknown {
  if (GONE.has(codeOf(asError(thrown))))
    return fileChanging(file, 'is gone since the folder was listed', thrown);
  return systemError(file, thrown);
}

/** Translates a system error from reading a folder; other errors are returned unchanged. */
export function folderError(folder: string, thrown: unknown): unknown {
  return GONE.has(codeOf(asError(thrown))) ? folderMissing(folder, thrown) : systemError(folder, thrown);
}

function systemError(path: string, thrown: unknown): unknown {
  if (thrown instanceof BridgeError) return thrown;
  const error = asError(thrown);
  const errno = codeOf(error);
  if (!/^E[A-Z0-9]+$/.test(errno)) return thrown;
  // Node's message continues with the system call and the path.
  const message = `Cannot read ${path}: ${error.message.replace(/, \w+( '.*)?$/s, '')}.`;
  if (MAY_NOT.has(errno)) {
    return new BridgeError('SOURCE_PERMISSION', message, { cause: error, hint: 'Let this user read it.' });
  }
  return new BridgeError('SOURCE_LOST', message, {
    cause: error,
    hint: 'Look whether the file system is mounted and healthy, then run again; nothing was committed.',
  });
}

import { BridgeError } from '../core/errors.ts';
import { REPOSITORY_PATH_BYTES_MAX } from './limits.ts';

/** Characters that no path may have: control and format characters, lone surrogates, and those that Windows or Git treat specially. */
const REFUSED_CHARACTERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\:*?"<>|]/u;

/**
 * Why a path of a repository is not used; undefined for a usable one: relative, with `/` between names, none of which starts with a
 * dot. So `..`, `.git` and `.github` are refused.
 */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (Buffer.byteLength(path) > REPOSITORY_PATH_BYTES_MAX) {
    return `has more than ${REPOSITORY_PATH_BYTES_MAX} bytes`;
  }
  if (REFUSED_CHARACTERS.test(path)) return 'has a character that a path may not have';
  const names = path.split('/');
  if (names.includes('')) return 'starts or ends with a slash, or has two slashes in a row';
  if (names.some((name) => name.startsWith('.'))) return 'has a name that starts with a dot';
  if (names.some((name) => /^git~\d/i.test(name))) return 'has a name that Git reserves';
  return undefined;
}

/** @throws BridgeError REPOSITORY_FILE_REFUSED */
export function requirePath(path: string): void {
  const problem = pathProblem(path);
  if (problem === undefined) return;
  throw refusedFile(
    path,
    problem,
    'Use a path below the root of the repository, such as connectors/orders.yaml.',
  );
}

export function refusedFile(path: string, problem: string, hint: string): BridgeError {
  return new BridgeError('REPOSITORY_FILE_REFUSED', `The file ${path} of the repository ${problem}.`, {
    hint,
  });
}

/** Decodes a file. @throws BridgeError REPOSITORY_FILE_REFUSED if it is not UTF-8 */
export function fileText(path: string, bytes: Uint8Array): string {
  try {
    // A byte order mark is part of the file, which must stay the same.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refusedFile(path, 'is not valid UTF-8', 'Save the file as UTF-8.');
  }
}

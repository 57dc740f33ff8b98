import { types } from 'node:util';
import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError } from '../../core/errors.ts';

const MAY_NOT = new Set(['EROFS', 'EACCES', 'EPERM']);
/** The path itself is wrong, so a retry does not help. */
const CANNOT_BE = new Set(['ENOTDIR', 'EISDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG']);
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** The system's error code, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  return types.isNativeError(error) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** Runs a function that writes a path, and translates its system errors. */
export async function withWriteErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Runs a function that reads a path, and translates its system errors. */
export async function withReadErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw readError(path, error);
  }
}

/**
 * ARTIFACT_PERMISSION if only another path or other permissions can help, else ARTIFACT_WRITE_FAILED; other errors are returned
 * unchanged.
 */
export function writeError(path: string, error: unknown): unknown {
  if (error instanceof BridgeError) return error;
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  if (MAY_NOT.has(errno)) {
    return told(
      'ARTIFACT_PERMISSION',
      'write',
      path,
      error,
      'Let this user write there, or choose another `output.bucket`.',
    );
  }
  if (CANNOT_BE.has(errno)) {
    return told(
      'ARTIFACT_PERMISSION',
      'write',
      path,
      error,
      'Something else is in the way: move it, or choose another `output.bucket`.',
    );
  }
  return told(
    'ARTIFACT_WRITE_FAILED',
    'write',
    path,
    error,
    'Is the disk full, unmounted or failing? Put that right and run again; nothing was committed.',
  );
}

/** ARTIFACT_MISSING, ARTIFACT_PERMISSION or ARTIFACT_READ_FAILED; errors that are not of the system are returned unchanged. */
export function readError(path: string, error: unknown): unknown {
  if (error instanceof BridgeError) return error;
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  if (ABSENT.has(errno)) {
    return told(
      'ARTIFACT_MISSING',
      'read',
      path,
      error,
      'Was it removed? A run whose artifacts are gone must be run again.',
    );
  }
  if (MAY_NOT.has(errno)) return told('ARTIFACT_PERMISSION', 'read', path, error, 'Let this user read it.');
  return told(
    'ARTIFACT_READ_FAILED',
    'read',
    path,
    error,
    'Look whether the disk is mounted and healthy, then run again.',
  );
}

function told(
  code: ErrorCode,
  action: 'read' | 'write',
  path: string,
  cause: unknown,
  hint: string,
): BridgeError {
  // Node's message continues with the system call and the temporary path, which do not help.
  const words = types.isNativeError(cause) ? cause.message.replace(/, \w+( '.*)?$/s, '') : String(cause);
  return new BridgeError(code, `Cannot ${action} ${path}: ${words}.`, { cause, hint });
}

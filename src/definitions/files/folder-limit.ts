import { CONNECTOR_FILE_BYTES_MAX, CONNECTOR_FOLDER_BYTES_MAX } from '../limits.ts';
import type { CheckedFile, FileFacts } from './known-files.ts';
import type { Problem } from '../problem.ts';

/** The largest of the files, if all files together exceed the limit of one folder: a large file does not hide small ones. */
export function beyondFolderLimit(
  files: readonly string[],
  facts: readonly (FileFacts | undefined)[],
): ReadonlySet<string> {
  let bytes = 0;
  const left = files
    .map((file, index) => ({ file, size: facts[index]?.bytes ?? 0 }))
    // A larger file is refused by its size, without being read.
    .filter(({ size }) => size <= CONNECTOR_FILE_BYTES_MAX)
    .sort((one, other) => one.size - other.size)
    .filter(({ size }) => {
      bytes += size;
      return bytes > CONNECTOR_FOLDER_BYTES_MAX;
    });
  return new Set(left.map(({ file }) => file));
}

/** A file that `beyondFolderLimit` leaves out. */
export function leftOut(file: string): CheckedFile {
  const message = `The files together are larger than ${CONNECTOR_FOLDER_BYTES_MAX} bytes; this one is among the largest and is not read.`;
  const fix = 'smaller files, or several directories';
  const problem: Problem = {
    status: 'fail',
    code: 'file_too_large',
    place: { file },
    subject: '',
    message,
    fix,
  };
  return { file, value: undefined, places: {}, problems: [problem] };
}

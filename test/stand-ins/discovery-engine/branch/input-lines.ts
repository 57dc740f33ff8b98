import { ApiError } from '../api-error.ts';
import type { StandInStorage } from '../options.ts';

/** The lines of one file with `dataSchema: document`. */
const FILE_BYTES_MAX = 2_000_000_000;

export interface InputLine {
  /** Undefined if the bytes are not valid UTF-8. */
  readonly text: string | undefined;
  /** `gs://bucket/file:LINE`, lines from 1. */
  readonly place: string;
}

/**
 * The lines of all files, without empty ones. Holds one chunk and one line at a time.
 * @throws ApiError if a URI means no object, or a file is empty or too large
 */
export async function* inputLines(
  storage: StandInStorage,
  uris: readonly string[],
): AsyncGenerator<InputLine, void> {
  for (const uri of uris) {
    for (const file of await filesOf(storage, uri)) {
      let number = 0;
      let filled = 0;
      for await (const bytes of linesOf(storage.open(file), file)) {
        number += 1;
        if (bytes.length === 0) continue;
        filled += 1;
        yield { text: decoded(bytes), place: `${file}:${number}` };
      }
      if (filled === 0) throw new ApiError('INVALID_ARGUMENT', `The file ${file} is empty.`);
    }
  }
}

/** Objects that a URI means: itself, or what its wildcards match (`*` and `?` within a folder, `**` beyond). */
async function filesOf(storage: StandInStorage, uri: string): Promise<string[]> {
  const [fixed = ''] = uri.split(/[*?]/, 1);
  const pattern = uri.replace(/\*\*|[*?]|[^*?]+/g, (part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replace(/[\\^$.|+()[\]{}/]/g, '\\$&');
  });
  const matching = new RegExp(`^${pattern}$`, 's');
  const files = (await storage.list(fixed)).filter((file) => matching.test(file)).sort();
  if (files.length === 0) throw new ApiError('NOT_FOUND', `No file matches ${uri}.`);
  return files;
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  let begun: Uint8Array[] = [];
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > FILE_BYTES_MAX) {
      throw new ApiError('INVALID_ARGUMENT', `The file ${file} has more than ${FILE_BYTES_MAX} bytes.`);
    }
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      yield Buffer.concat([...begun, chunk.subarray(start, end)]);
      begun = [];
      start = end + 1;
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

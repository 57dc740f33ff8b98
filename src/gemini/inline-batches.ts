import { INLINE_BYTES_MAX, INLINE_DOCUMENTS_MAX } from '../core/limits.ts';
import type { ArtifactStore, ManifestFile } from '../pipeline/ports.ts';
import { linesOf } from './artifact-lines.ts';

/** Lines that travel in one request. */
export interface InlineBatch {
  /** Of the first line, over all files. */
  readonly from: number;
  readonly lines: readonly string[];
}

/** Lines of files in batches of what one inline request may hold, from a row on. A line too large for any goes alone. */
export async function* inlineBatches(
  store: ArtifactStore,
  files: readonly ManifestFile[],
  from: number,
): AsyncGenerator<InlineBatch> {
  let row = 0;
  let lines: string[] = [];
  let bytes = 0;
  for (const file of files) {
    for await (const line of linesOf(store, file.name)) {
      row++;
      if (row <= from) continue;
      if (
        lines.length > 0 &&
        (lines.length === INLINE_DOCUMENTS_MAX || bytes + line.length > INLINE_BYTES_MAX)
      ) {
        yield { from: row - 1 - lines.length, lines };
        lines = [];
        bytes = 0;
      }
      lines.push(line);
      bytes += line.length;
    }
  }
  if (lines.length > 0) yield { from: row - lines.length, lines };
}

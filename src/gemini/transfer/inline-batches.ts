import { INLINE_BYTES_MAX, INLINE_DOCUMENTS_MAX } from '../limits.ts';
import type { ArtifactStore, ManifestFile } from '../../pipeline/ports/ports.ts';
import { linesOf } from '../delivery/artifact-lines.ts';

/** Lines that are sent in one request. */
export interface InlineBatch {
  /** The position of the first line, over all files. */
  readonly from: number;
  readonly lines: readonly string[];
}

/** Groups the lines of files into batches that fit one inline request. A line that is too large for a batch is sent alone. */
export async function* inlineBatches(
  store: ArtifactStore,
  files: readonly ManifestFile[],
): AsyncGenerator<InlineBatch> {
  let from = 0;
  let lines: string[] = [];
  let bytes = 0;
  for (const file of files) {
    for await (const line of linesOf(store, file.name)) {
      const size = Buffer.byteLength(line);
      if (lines.length > 0 && (lines.length === INLINE_DOCUMENTS_MAX || bytes + size > INLINE_BYTES_MAX)) {
        yield { from, lines };
        from += lines.length;
        lines = [];
        bytes = 0;
      }
      lines.push(line);
      bytes += size;
    }
  }
  if (lines.length > 0) yield { from, lines };
}

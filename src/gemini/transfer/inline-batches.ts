import { INLINE_BYTES_MAX, INLINE_DOCUMENTS_MAX } from '../limits.ts';
import type { ArtifactStore, ManifestFile } from '../../pipeline/ports/ports.ts';
import { linesOf } from '../delivery/artifact-lines.ts';

/** Lines that travel in one request. */
export interface InlineBatch {
  /** Of the first line, over all files. */
  readonly from: number;
  readonly lines: readonly string[];
}

/** Lines of files in batches of what one inline request may hold. A line too large for any goes alone. */
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

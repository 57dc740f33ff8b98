import type { StagedBatch } from '../../../pipeline/ports/staged-batch.ts';

/** The same memory, in the class that database drivers take. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The ids of a batch as texts, in its order. */
export function batchIds({ ids, idEnds }: Pick<StagedBatch, 'ids' | 'idEnds'>): string[] {
  const bytes = bufferOf(ids);
  const texts: string[] = [];
  let start = 0;
  for (const end of idEnds) {
    texts.push(bytes.toString('utf8', start, end));
    start = end;
  }
  return texts;
}

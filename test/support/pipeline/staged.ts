import { createHash } from 'node:crypto';
import type { StagedBatch } from '../../../src/pipeline/ports/staged-batch.ts';
import { StagedBatches, type StagedChange } from '../../../src/pipeline/staging/staged-batches.ts';

/** The batches of some changes, as a run stages them. */
export function batchesOf(changes: readonly StagedChange[]): StagedBatch[] {
  const batches = new StagedBatches();
  for (const change of changes) batches.add(change);
  return batches.take();
}

/** The checksum of a document with this content. */
export function checksumOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

import { createHash } from 'node:crypto';
import type { RecordChange } from '../../../src/pipeline/ports/staged-batch.ts';
import type { StagedBatch, StagedOp } from '../../../src/pipeline/ports/staged-batch.ts';
import { StagedBatches } from '../../../src/pipeline/staging/staged-batches.ts';

/** A change of one record, as a test writes it. */
export interface StagedChange {
  readonly op: StagedOp;
  readonly docId: string;
  /** `sha256:` and 64 hexadecimal digits; empty for a record in doubt, and for an `op` that has no checksum. */
  readonly checksum: string;
  /** 16 hexadecimal digits; empty for an `op` that has no fingerprint. */
  readonly fingerprint: string;
}

/** The batches of some changes, as a run stages them. */
export function batchesOf(changes: readonly StagedChange[]): StagedBatch[] {
  const batches = new StagedBatches();
  for (const { op, docId, checksum, fingerprint } of changes) {
    if (op !== 'upsert' && op !== 'refresh') {
      batches.addId(op, docId);
      continue;
    }
    const high = Number.parseInt(fingerprint.slice(0, 8), 16);
    const low = Number.parseInt(fingerprint.slice(8), 16);
    batches.add(op, { docId, digest: checksum.slice('sha256:'.length), high, low });
  }
  return batches.take();
}

/** The checksum of a document with this content. */
export function checksumOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** A change that a plan finds, as a test reads it. */
export function stagedChange(
  op: 'upsert' | 'refresh',
  { docId, digest, high, low }: RecordChange,
): StagedChange {
  const fingerprint = Buffer.alloc(8);
  fingerprint.writeUInt32BE(high);
  fingerprint.writeUInt32BE(low, 4);
  return {
    op,
    docId,
    checksum: digest === '' ? '' : `sha256:${digest}`,
    fingerprint: fingerprint.toString('hex'),
  };
}

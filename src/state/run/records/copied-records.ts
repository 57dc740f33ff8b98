import { FINGERPRINT_BYTES } from '../../../pipeline/comparison/fingerprint-set.ts';
import { CHECKSUM_BYTES, type StagedBatch } from '../../../pipeline/ports/staged-batch.ts';
import { batchIds, bufferOf } from './batch-ids.ts';

/** The columns of `record_state` in the order of `copiedRecords`. */
export const COPIED_COLUMNS = 'scope_id, doc_id, checksum, fingerprint, soft_deleted, run_id';
const FIELDS = 6;
/** The number of fields (int16), and the length of each (int32). */
const FRAME_BYTES = 2 + FIELDS * 4;
const SCOPE_BYTES = 4;
const SOFT_DELETED_BYTES = 2;
const FIXED_BYTES = FRAME_BYTES + SCOPE_BYTES + CHECKSUM_BYTES + FINGERPRINT_BYTES + SOFT_DELETED_BYTES;
/** The signature of a binary COPY, its flags, and a length of 0 for the extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);

/**
 * Live records in the format of a binary COPY, sorted by id within the batch: in the order of the listing a load takes the server
 * 1.6 times as long.
 */
export function copiedRecords(scope: number, runId: string, batch: StagedBatch): Buffer {
  const run = Buffer.from(runId);
  const size = batch.count * (FIXED_BYTES + run.length) + batch.ids.length;
  const out = Buffer.allocUnsafe(HEADER.length + size + TRAILER.length);
  const ids = bufferOf(batch.ids);
  const checksums = bufferOf(batch.checksums);
  const fingerprints = bufferOf(batch.fingerprints);
  let at = HEADER.copy(out);
  const field = (from: Buffer, start: number, end: number) => {
    at = out.writeInt32BE(end - start, at);
    at += from.copy(out, at, start, end);
  };
  for (const index of sortedById(batch)) {
    at = out.writeInt16BE(FIELDS, at);
    at = out.writeInt32BE(SCOPE_BYTES, at);
    at = out.writeInt32BE(scope, at);
    field(ids, batch.idEnds[index - 1] ?? 0, batch.idEnds[index] ?? 0);
    field(checksums, index * CHECKSUM_BYTES, (index + 1) * CHECKSUM_BYTES);
    field(fingerprints, index * FINGERPRINT_BYTES, (index + 1) * FINGERPRINT_BYTES);
    at = out.writeInt32BE(SOFT_DELETED_BYTES, at);
    at = out.writeInt16BE(0, at);
    field(run, 0, run.length);
  }
  TRAILER.copy(out, at);
  return out;
}

/** The order of UTF-16 is that of bytes for all but rare characters, and here it only has to be close. */
function sortedById(batch: StagedBatch): Uint32Array {
  const ids = batchIds(batch);
  return Uint32Array.from(ids.keys()).sort((one, other) => ((ids[one] ?? '') < (ids[other] ?? '') ? -1 : 1));
}

import { FINGERPRINT_BYTES } from '../comparison/fingerprint-set.ts';
import type { RecordChange } from '../document/outgoing-document.ts';
import { CHECKSUM_BYTES, type StagedBatch, type StagedOp } from '../ports/staged-batch.ts';

const ID_BYTES_TYPICAL = 48;
/** The maximum UTF-8 bytes of one UTF-16 code unit. */
const UTF8_BYTES_MAX = 3;

/** Gathers changes of records into batches, one for each kind of change. */
export class StagedBatches {
  /** The changes since the last `take`. */
  count = 0;
  readonly #capacity: number;
  #open = new Map<StagedOp, OpenBatch>();

  /** @param capacity how many changes a batch has room for; the caller takes the batches at that count */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds a change that has neither a checksum nor a fingerprint. */
  addId(op: Exclude<StagedOp, 'upsert' | 'refresh'>, docId: string): void {
    this.#batch(op).addId(docId);
  }

  add(op: 'upsert' | 'refresh', change: RecordChange): void {
    const batch = this.#batch(op);
    batch.addFacts(change);
    batch.addId(change.docId);
  }

  /** Adds a change whose id is in memory as UTF-8, without decoding it. */
  addBytes(
    op: 'upsert' | 'refresh',
    memory: Buffer,
    start: number,
    end: number,
    change: Omit<RecordChange, 'docId'>,
  ): void {
    const batch = this.#batch(op);
    batch.addFacts(change);
    batch.addIdBytes(memory, start, end);
  }

  /** Returns the batches and gives them away. */
  take(): StagedBatch[] {
    const batches = [...this.#open].map(([op, batch]) => batch.close(op));
    this.#open = new Map();
    this.count = 0;
    return batches;
  }

  #batch(op: StagedOp): OpenBatch {
    this.count += 1;
    let batch = this.#open.get(op);
    if (batch === undefined) {
      batch = new OpenBatch(this.#capacity);
      this.#open.set(op, batch);
    }
    return batch;
  }
}

class OpenBatch {
  readonly #idEnds: Uint32Array;
  readonly #checksums: Buffer;
  readonly #fingerprints: Buffer;
  #ids: Buffer;
  #idBytes = 0;
  #count = 0;
  #facts = 0;

  constructor(capacity: number) {
    this.#idEnds = new Uint32Array(capacity);
    // Not from the pool of small buffers, because whoever takes the batch may transfer its memory.
    this.#checksums = Buffer.allocUnsafeSlow(capacity * CHECKSUM_BYTES);
    this.#fingerprints = Buffer.allocUnsafeSlow(capacity * FINGERPRINT_BYTES);
    this.#ids = Buffer.allocUnsafeSlow(capacity * ID_BYTES_TYPICAL);
  }

  /** Goes before the id. */
  addFacts({ digest, high, low }: Omit<RecordChange, 'docId'>): void {
    const at = this.#count * CHECKSUM_BYTES;
    if (digest === '') this.#checksums.fill(0, at, at + CHECKSUM_BYTES);
    else this.#checksums.write(digest, at, 'hex');
    this.#fingerprints.writeUInt32BE(high, this.#count * FINGERPRINT_BYTES);
    this.#fingerprints.writeUInt32BE(low, this.#count * FINGERPRINT_BYTES + 4);
    this.#facts += 1;
  }

  addId(docId: string): void {
    this.#reserve(docId.length * UTF8_BYTES_MAX);
    this.#endId(this.#ids.write(docId, this.#idBytes));
  }

  addIdBytes(memory: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#endId(memory.copy(this.#ids, this.#idBytes, start, end));
  }

  close(op: StagedOp): StagedBatch {
    return {
      op,
      count: this.#count,
      ids: this.#ids.subarray(0, this.#idBytes),
      idEnds: this.#idEnds.subarray(0, this.#count),
      checksums: this.#checksums.subarray(0, this.#facts * CHECKSUM_BYTES),
      fingerprints: this.#fingerprints.subarray(0, this.#facts * FINGERPRINT_BYTES),
    };
  }

  #endId(bytes: number): void {
    this.#idBytes += bytes;
    this.#idEnds[this.#count] = this.#idBytes;
    this.#count += 1;
  }

  #reserve(more: number): void {
    if (this.#idBytes + more <= this.#ids.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#idBytes + more, this.#ids.length * 2));
    this.#ids.copy(grown, 0, 0, this.#idBytes);
    this.#ids = grown;
  }
}

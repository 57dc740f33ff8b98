import { FINGERPRINT_BYTES } from '../comparison/fingerprint-set.ts';
import { CHECKSUM_BYTES, type RecordChange, type StagedBatch, type StagedOp } from '../ports/staged-batch.ts';

/** The first size of the columns; a batch of 5,000 records needs about 8 doublings less than one that starts at a record. */
const RECORDS_TYPICAL = 256;
const ID_BYTES_TYPICAL = 32;
/** The most bytes of UTF-8 that one unit of a string needs. */
const UTF8_BYTES_MAX = 3;

/** Gathers changes into one batch for each `op`. */
export class StagedBatches {
  #columns = new Map<StagedOp, Columns>();
  #count = 0;

  /** The number of changes since the last `take`. */
  get count(): number {
    return this.#count;
  }

  /** Adds a change that has neither a checksum nor a fingerprint. */
  addId(op: Exclude<StagedOp, 'upsert' | 'refresh'>, docId: string): void {
    this.#next(op).id(docId);
  }

  add(op: 'upsert' | 'refresh', change: RecordChange): void {
    const columns = this.#next(op);
    columns.id(change.docId);
    columns.content(change);
  }

  /** Adds a change whose id lies in a memory as UTF-8, from `start` to `end`. */
  addBytes(
    op: 'upsert' | 'refresh',
    memory: Buffer,
    start: number,
    end: number,
    change: Omit<RecordChange, 'docId'>,
  ): void {
    const columns = this.#next(op);
    columns.idBytes(memory, start, end);
    columns.content(change);
  }

  /** Returns the batches, which belong to the caller from now on. */
  take(): StagedBatch[] {
    const batches = [...this.#columns.values()].map((columns) => columns.batch());
    this.#columns = new Map();
    this.#count = 0;
    return batches;
  }

  #next(op: StagedOp): Columns {
    this.#count++;
    let columns = this.#columns.get(op);
    if (columns === undefined) {
      columns = new Columns(op);
      this.#columns.set(op, columns);
    }
    return columns;
  }
}

/** The columns of one batch while it grows. Their buffers come from no pool, so that a thread can take them over. */
class Columns {
  readonly hasContent: boolean;
  readonly #op: StagedOp;
  #count = 0;
  #ids: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(RECORDS_TYPICAL * ID_BYTES_TYPICAL);
  #idLength = 0;
  #idEnds = new Uint32Array(RECORDS_TYPICAL);
  #checksums: Buffer<ArrayBuffer>;
  #fingerprints: Buffer<ArrayBuffer>;

  constructor(op: StagedOp) {
    this.#op = op;
    this.hasContent = op === 'upsert' || op === 'refresh';
    const records = this.hasContent ? RECORDS_TYPICAL : 0;
    this.#checksums = Buffer.allocUnsafeSlow(records * CHECKSUM_BYTES);
    this.#fingerprints = Buffer.allocUnsafeSlow(records * FINGERPRINT_BYTES);
  }

  id(docId: string): void {
    this.#reserve(docId.length * UTF8_BYTES_MAX);
    this.#endId(this.#ids.write(docId, this.#idLength));
  }

  idBytes(memory: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#endId(memory.copy(this.#ids, this.#idLength, start, end));
  }

  /** Call it after the id was added. An empty digest means a record in doubt, stored as 32 zero bytes. */
  content({ digest, high, low }: Omit<RecordChange, 'docId'>): void {
    const checksum = (this.#count - 1) * CHECKSUM_BYTES;
    if (digest === '') this.#checksums.fill(0, checksum, checksum + CHECKSUM_BYTES);
    else this.#checksums.write(digest, checksum, CHECKSUM_BYTES, 'hex');
    const fingerprint = (this.#count - 1) * FINGERPRINT_BYTES;
    this.#fingerprints.writeUInt32BE(high, fingerprint);
    this.#fingerprints.writeUInt32BE(low, fingerprint + 4);
  }

  batch(): StagedBatch {
    const content = this.hasContent ? this.#count : 0;
    return {
      op: this.#op,
      count: this.#count,
      ids: this.#ids.subarray(0, this.#idLength),
      idEnds: this.#idEnds.subarray(0, this.#count),
      checksums: this.#checksums.subarray(0, content * CHECKSUM_BYTES),
      fingerprints: this.#fingerprints.subarray(0, content * FINGERPRINT_BYTES),
    };
  }

  /** Makes room for one more record. */
  #reserve(idBytes: number): void {
    if (this.#idLength + idBytes > this.#ids.length) this.#ids = grown(this.#ids, idBytes);
    if (this.#count < this.#idEnds.length) return;
    const idEnds = new Uint32Array(this.#idEnds.length * 2);
    idEnds.set(this.#idEnds);
    this.#idEnds = idEnds;
    this.#checksums = grown(this.#checksums, 0);
    this.#fingerprints = grown(this.#fingerprints, 0);
  }

  #endId(bytes: number): void {
    this.#idLength += bytes;
    this.#idEnds[this.#count] = this.#idLength;
    this.#count++;
  }
}

function grown(buffer: Buffer, more: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(buffer.length * 2 + more);
  buffer.copy(larger);
  return larger;
}

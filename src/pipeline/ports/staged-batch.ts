/**
 * A change of `record_state`. `refresh`: the row's bytes changed but its document did not. `set_aside`: the row is in quarantine,
 * which changes no record; if it was pushed, its event stays in the queue. `delete` and `set_aside` of one document: its row
 * withdraws it.
 */
export type StagedOp = 'upsert' | 'refresh' | 'delete' | 'soft_delete' | 'set_aside';

/** The bytes of a checksum, a SHA-256 digest. */
export const CHECKSUM_BYTES = 32;

/**
 * Changes of one kind, as columns of bytes: a thread or a COPY takes them without an object for each. Who passes a batch on gives
 * it away, with its buffers.
 */
export interface StagedBatch {
  readonly op: StagedOp;
  readonly count: number;
  /** The ids as UTF-8, one after another, in the order of the listing. */
  readonly ids: Uint8Array<ArrayBuffer>;
  /** Where each id ends in `ids`; it begins where the one before it ends. */
  readonly idEnds: Uint32Array<ArrayBuffer>;
  /** `CHECKSUM_BYTES` for each id, all of them 0 for a record in doubt; empty unless `op` is `upsert` or `refresh`. */
  readonly checksums: Uint8Array<ArrayBuffer>;
  /** `FINGERPRINT_BYTES` for each id, as `State.fingerprints` yields them; empty unless `op` is `upsert` or `refresh`. */
  readonly fingerprints: Uint8Array<ArrayBuffer>;
}

/** What the record of a document becomes. */
export interface RecordChange {
  readonly docId: string;
  /** The checksum as 64 hexadecimal digits; empty for a record in doubt, which equals no document. */
  readonly digest: string;
  /** The fingerprint of its row, in two halves. */
  readonly high: number;
  readonly low: number;
}

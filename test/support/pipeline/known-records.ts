import type { Kernel } from '../../../src/kernel/kernel.ts';
import { openKernel } from '../../../src/kernel/open-kernel.ts';
import type { StagedChange } from './staged.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import type { KnownRecord, Position, RecordKind, State } from '../../../src/pipeline/ports/state-port.ts';

const SCOPE = 7;
const CHUNK_RECORDS = 3;

/** The stored records of one connector, in memory: what a plan asks of the state, and what a commit does to it. */
export class KnownRecords implements Pick<State, 'fingerprints' | 'lookup' | 'idsOf' | 'othersInto'> {
  readonly byId = new Map<string, KnownRecord>();
  checkpoint: string | undefined;
  mappingVersion: string | undefined;
  columns: readonly Column[] | undefined;
  /** The secret of the fingerprints. */
  fingerprintKey: Uint8Array = Buffer.alloc(16, 7);
  /** Other connectors with documents in the same target. */
  others: string[] = [];
  /** The kernel of the runs; undefined: they process rows one by one. */
  kernel: Kernel | undefined = openKernel();
  /** How often `lookup` was called. */
  lookups = 0;

  constructor(records: readonly KnownRecord[] = []) {
    for (const record of records) this.byId.set(record.docId, record);
  }

  position(): Position {
    const { checkpoint, mappingVersion, columns } = this;
    const empty = this.byId.size === 0;
    return { scope: SCOPE, checkpoint, mappingVersion, columns, empty, fingerprintKey: this.fingerprintKey };
  }

  async *fingerprints(scope: number, kind: RecordKind): AsyncGenerator<Buffer> {
    this.#expectScope(scope);
    const wanted = this.#ofKind(kind).map(({ fingerprint }) => Buffer.from(fingerprint, 'hex'));
    for (let at = 0; at < wanted.length; at += CHUNK_RECORDS) {
      yield Buffer.concat(wanted.slice(at, at + CHUNK_RECORDS));
      await Promise.resolve();
    }
  }

  lookup(scope: number, docIds: readonly string[]): Promise<KnownRecord[]> {
    this.#expectScope(scope);
    this.lookups += 1;
    return Promise.resolve(docIds.flatMap((docId) => this.byId.get(docId) ?? []));
  }

  async *idsOf(scope: number, fingerprints: Buffer, kind: RecordKind): AsyncGenerator<string[]> {
    this.#expectScope(scope);
    // In groups that no round limit is a multiple of.
    for (let at = 0; at < fingerprints.length; at += 7 * 8) {
      const wanted = new Set<string>();
      for (let one = at; one < Math.min(at + 7 * 8, fingerprints.length); one += 8)
        wanted.add(fingerprints.toString('hex', one, one + 8));
      yield this.#ofKind(kind)
        .filter(({ fingerprint }) => wanted.has(fingerprint))
        .map(({ docId }) => docId);
      await Promise.resolve();
    }
  }

  othersInto(): Promise<string[]> {
    return Promise.resolve(this.others);
  }

  /** Does what a commit does with the changes that a run has set aside. */
  apply(changes: readonly StagedChange[]): void {
    for (const { op, docId, checksum, fingerprint } of changes) {
      const record = this.byId.get(docId);
      if (op === 'delete') this.byId.delete(docId);
      else if (op !== 'soft_delete') this.byId.set(docId, { docId, checksum, fingerprint, kind: 'live' });
      else if (record !== undefined) this.byId.set(docId, { ...record, kind: 'soft-deleted' });
    }
  }

  #ofKind(kind: RecordKind): KnownRecord[] {
    return [...this.byId.values()].filter((record) => record.kind === kind);
  }

  #expectScope(scope: number): void {
    if (scope !== SCOPE) throw new Error(`asked for scope ${scope}, which is another connector's`);
  }
}

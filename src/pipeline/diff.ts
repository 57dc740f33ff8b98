import type { DeletePolicy } from '../definitions/connector/types.ts';
import { DUPLICATE_IDS_NAMED_MAX } from '../core/limits.ts';
import { duplicateIdError, type DuplicateIds } from './comparison/duplicate-ids.ts';
import type { ExtractedBatch } from './extract.ts';
import { wordAt } from './document/in-range.ts';
import { fingerprintHex } from './comparison/fingerprint.ts';
import { IdSet } from './comparison/id-set.ts';
import type { KnownDocuments } from './comparison/known-documents.ts';
import type { OutgoingDocument } from './outgoing/outgoing-document.ts';
import type { RecordChange } from './ports/staged-batch.ts';
import type { IdentifiedRow } from './outgoing/identified-row.ts';
import { isQuarantined, type RowMapper } from './map.ts';
import type { RowPlace } from './ports/row-place.ts';
import type { KnownRecord, State } from './ports/state-port.ts';
import type { Quarantine, QuarantinedRow } from './quarantine.ts';
import type { Tally } from './counts/tally.ts';

/** Receives what the plan finds, in the order of the listing. Each call may return a promise to await. */
export interface ChangeSink {
  /** The document is valid until the promise resolves. */
  upsert(document: OutgoingDocument): Promise<void> | undefined;
  /** The row changed but its document did not, so only the state is updated. */
  refresh(change: RecordChange): Promise<void> | undefined;
  remove(docId: string, soft: boolean): Promise<void> | undefined;
  /** Receives a document whose delete is held, for `held.ndjson`; at most `HELD_LISTED_MAX` of them. */
  hold(docId: string): Promise<void> | undefined;
  quarantine(row: QuarantinedRow): Promise<void> | undefined;
}

export interface DiffInput {
  readonly state: Pick<State, 'lookup'>;
  readonly scope: number;
  readonly known: KnownDocuments;
  /** Whether the state has no record that these rows could match. */
  readonly nothingKnown: boolean;
  /** Whether unchanged documents are sent too. */
  readonly resend: boolean;
  /** What happens to documents that the source reports as deleted. */
  readonly deletePolicy: DeletePolicy;
  readonly tally: Tally;
  readonly quarantine: Quarantine;
  readonly sink: ChangeSink;
}

/**
 * Phase diff: compares documents with the state by checksum. A stored record is marked when its row is found, under the old
 * fingerprint or a new one; a record without a mark at the end is missing from the source.
 */
export class Differ {
  readonly #input: DiffInput;
  readonly #ids = new IdSet();
  readonly #duplicates = new Map<string, readonly RowPlace[]>();

  constructor(input: DiffInput) {
    this.#input = input;
  }

  /**
   * @throws BridgeError DUPLICATE_ID when enough duplicates were found to name (`end` throws for fewer), QUARANTINE_LIMIT,
   * STATE_*
   */
  async compare(extracted: ExtractedBatch, mapper: RowMapper): Promise<void> {
    for (const row of mapper.identify(extracted, extracted.repeated).rows) this.#duplicate(extracted, row);
    for (let from = 0; from < extracted.unknown.length;) {
      const taken = mapper.take(extracted, from);
      from += taken.length;
      await this.#compareRows(extracted, mapper, taken);
    }
  }

  /** The duplicate ids that were found so far, each with the place of its second row. */
  get duplicates(): DuplicateIds {
    return this.#duplicates;
  }

  /** @throws BridgeError DUPLICATE_ID */
  end(): void {
    if (this.#duplicates.size > 0) throw duplicateIdError(this.#duplicates);
  }

  async #compareRows(
    extracted: ExtractedBatch,
    mapper: RowMapper,
    rows: readonly (IdentifiedRow | QuarantinedRow)[],
  ): Promise<void> {
    const fresh = rows.filter((row) => isQuarantined(row) || this.#isFirst(extracted, row));
    const stored = await this.#stored(fresh);
    const gone = new Set(extracted.batch.deletes);
    for (const row of fresh) {
      const pending = isQuarantined(row)
        ? this.#setAside(row)
        : gone.has(row.row)
          ? this.#delete(row.docId, stored?.get(row.docId))
          : this.#compareRow(extracted, mapper, row, stored?.get(row.docId));
      if (pending !== undefined) await pending;
    }
  }

  #compareRow(
    extracted: ExtractedBatch,
    mapper: RowMapper,
    row: IdentifiedRow,
    record: KnownRecord | undefined,
  ): Promise<void> | undefined {
    const { tally, sink } = this.#input;
    const high = wordAt(extracted.fingerprints, row.index * 2);
    const low = wordAt(extracted.fingerprints, row.index * 2 + 1);
    // A full listing has found such rows before; a delta listing only knows the records that it looked up.
    if (
      record?.kind === 'live' &&
      tally.resent === undefined &&
      record.fingerprint === fingerprintHex(high, low)
    ) {
      tally.unchanged++;
      return undefined;
    }
    const rejection = mapper.render(extracted, row);
    if (record !== undefined && !this.#markReplaced(record)) {
      this.#duplicate(extracted, row);
      return undefined;
    }
    if (rejection !== undefined) {
      const setAside = this.#setAside(mapper.quarantined(extracted, row.row, row.docId, rejection));
      const isWithdrawn =
        record?.kind === 'withdrawn' || (record !== undefined && rejection.revokes === true);
      return isWithdrawn ? this.#withdraw(row.docId, setAside) : setAside;
    }

    const { document } = mapper;
    document.high = high;
    document.low = low;
    if (record?.kind === 'live' && record.checksum === `sha256:${document.digest}`) {
      tally.unchanged++;
      if (tally.resent === undefined) return sink.refresh(document);
      tally.resent++;
    } else {
      const kind = record === undefined ? 'added' : 'changed';
      tally[kind]++;
      tally.sampleOf(kind, document);
    }
    tally.examine(document);
    return sink.upsert(document);
  }

  /**
   * If a row cannot become a document, its existing document stays, unless the row no longer names a reader or its readers cannot
   * be parsed: then the old document, with its old readers, must be deleted. The row itself says so (it is not derived from a
   * listing), so the delete policy and the guard do not apply. The quarantine limits bound the number of such rows in a run. The
   * delete of a withdrawn document is repeated whatever the reason is that its row cannot become a document.
   */
  async #withdraw(docId: string, setAside: Promise<void> | undefined): Promise<void> {
    await setAside;
    await this.#remove(docId, false);
  }

  /**
   * Handles a document that the source reports as deleted. A document that may not be deleted stays unchanged, and so does an
   * unknown one, unless the state is not trusted: then the delete is sent like every document. A withdrawn document is deleted.
   */
  #delete(docId: string, record: KnownRecord | undefined): Promise<void> | undefined {
    const { tally, deletePolicy, resend } = this.#input;
    const soft = deletePolicy === 'soft_delete_only';
    if (record !== undefined) this.#markReplaced(record);
    if (record?.kind === 'withdrawn') return this.#remove(docId, false);
    const done = soft ? record?.kind !== 'live' : record === undefined && !resend;
    if (done || deletePolicy === 'never_delete') {
      tally.unchanged++;
      return undefined;
    }
    return this.#remove(docId, soft);
  }

  #remove(docId: string, soft: boolean): Promise<void> | undefined {
    const { tally, sink } = this.#input;
    tally.deleted++;
    tally.sample('deleted', docId);
    return sink.remove(docId, soft);
  }

  #setAside(row: QuarantinedRow): Promise<void> | undefined {
    this.#input.quarantine.add(row);
    return this.#input.sink.quarantine(row);
  }

  async #stored(
    rows: readonly (IdentifiedRow | QuarantinedRow)[],
  ): Promise<Map<string, KnownRecord> | undefined> {
    const { state, scope, nothingKnown } = this.#input;
    if (nothingKnown) return undefined;
    const docIds = rows.flatMap((row) => (isQuarantined(row) ? [] : [row.docId]));
    if (docIds.length === 0) return undefined;
    const records = await state.lookup(scope, docIds);
    return new Map(records.map((record) => [record.docId, record]));
  }

  /** @returns false if another row of this listing has claimed the record */
  #markReplaced(record: KnownRecord): boolean {
    const high = Number.parseInt(record.fingerprint.slice(0, 8), 16);
    const low = Number.parseInt(record.fingerprint.slice(8), 16);
    const { live, softDeleted, withdrawn } = this.#input.known;
    const records = { live, 'soft-deleted': softDeleted, withdrawn }[record.kind];
    const slot = records.find(high, low);
    return slot < 0 || records.markReplaced(slot);
  }

  #isFirst(extracted: ExtractedBatch, row: IdentifiedRow): boolean {
    if (this.#ids.add(row.idHigh, row.idLow)) return true;
    this.#duplicate(extracted, row);
    return false;
  }

  #duplicate({ batch }: ExtractedBatch, { row, docId }: IdentifiedRow): void {
    const place = batch.placeOf?.(row);
    if (!this.#duplicates.has(docId)) this.#duplicates.set(docId, place === undefined ? [] : [place]);
    if (this.#duplicates.size >= DUPLICATE_IDS_NAMED_MAX) throw duplicateIdError(this.#duplicates);
  }
}

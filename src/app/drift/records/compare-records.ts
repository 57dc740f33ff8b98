import { apiDocumentId, docIdOf, isDigest } from '../../../gemini/delivery/document-id.ts';
import { FingerprintSet } from '../../../pipeline/comparison/fingerprint-set.ts';
import { IdHasher } from '../../../pipeline/comparison/id-hasher.ts';
import type { CheckState } from '../../../pipeline/ports/check-state-port.ts';
import { RECORDS_COMPARED_MAX, RECORDS_NAMED_MAX } from '../../limits.ts';

export interface RecordsCompared {
  readonly connectorId: string;
  readonly target: string;
  readonly state: Pick<CheckState, 'records' | 'knownElsewhere'>;
  /** The ids of all documents of the data store, in any order, in pages. */
  readonly listed: AsyncIterable<readonly string[]>;
  /** How many ids of documents that no record knows are returned; a finding needs only a few, a repair all of them. */
  readonly extraIdsMax: number;
  /** The most records and documents that are read; `RECORDS_COMPARED_MAX` except in tests. */
  readonly most?: number;
  /** Receives each missing document, after the data store was listed. */
  readonly onMissing?: (docId: string) => Promise<void> | undefined;
}

/** How the records of one connector differ from what its data store lists. */
export interface RecordDifferences {
  /** The records that the data store acknowledged; null if there are more than are read. Then nothing was compared. */
  readonly records: number | null;
  /** The records whose next run sends the document again, or deletes it. */
  readonly inDoubt: number;
  /** The documents of the data store that were read, including those of others. */
  readonly listed: number;
  /** True if the data store has more documents than are read: then nothing is known to be missing. */
  readonly truncated: boolean;
  readonly missing: { readonly count: number; readonly samples: readonly string[] };
  /** The documents whose id begins with the connector's name, and that no record of the connector knows. */
  readonly extra: { readonly count: number; readonly ids: readonly string[] };
  /** The documents that no record knows and whose id is a digest, so their connector is unknown. */
  readonly unassigned: number;
}

/**
 * Compares the records of a connector with the documents of its data store. Google lists documents in no documented order, so the
 * records are kept as fingerprints: 8 bytes each, in a table of at most twice that size. A fingerprint that two ids share by
 * chance hides a difference and never invents one.
 */
export async function compareRecords(compared: RecordsCompared): Promise<RecordDifferences> {
  const { most = RECORDS_COMPARED_MAX } = compared;
  const known = new KnownIds();
  const counted = await readRecords(compared, known, most);
  if (counted === undefined) return { ...NOTHING, records: null };
  const listed = await readListed(compared, known, most);
  const differences = { ...counted, ...listed };
  if (listed.truncated || known.missing === 0) return { ...differences, missing: NOTHING.missing };
  return { ...differences, missing: await findMissing(compared, known) };
}

const NOTHING: RecordDifferences = {
  records: 0,
  inDoubt: 0,
  listed: 0,
  truncated: false,
  missing: { count: 0, samples: [] },
  extra: { count: 0, ids: [] },
  unassigned: 0,
};

/** @returns undefined if there are more records than are read */
async function readRecords(
  { state, connectorId, target }: RecordsCompared,
  known: KnownIds,
  most: number,
): Promise<{ readonly records: number; readonly inDoubt: number } | undefined> {
  let records = 0;
  let inDoubt = 0;
  let total = 0;
  for await (const page of state.records(connectorId, target)) {
    total += page.length;
    if (total > most) return undefined;
    for (const { docId, standing } of page) {
      known.add(apiDocumentId(docId), standing === 'sent');
      if (standing === 'in_doubt') inDoubt++;
      else if (standing === 'sent') records++;
    }
  }
  return { records, inDoubt };
}

type Listed = Pick<RecordDifferences, 'listed' | 'truncated' | 'extra' | 'unassigned'>;

async function readListed(compared: RecordsCompared, known: KnownIds, most: number): Promise<Listed> {
  const { state, connectorId, target, extraIdsMax } = compared;
  let listed = 0;
  let count = 0;
  let unassigned = 0;
  const ids: string[] = [];
  const end = (truncated: boolean): Listed => ({ listed, truncated, extra: { count, ids }, unassigned });
  for await (const page of compared.listed) {
    if (listed + page.length > most) return end(true);
    listed += page.length;
    // An id that comes twice, because the data store changed between two pages, counts once.
    const unknown = page.filter((apiId) => !known.find(apiId));
    unassigned += unknown.filter(isDigest).length;
    const own = unknown.flatMap((apiId) => docIdOf(apiId) ?? []).filter((id) => isOf(connectorId, id));
    if (own.length === 0) continue;
    const elsewhere = new Set(await state.knownElsewhere(connectorId, target, own));
    for (const docId of own) {
      if (elsewhere.has(docId)) continue;
      count++;
      if (ids.length < extraIdsMax) ids.push(docId);
    }
  }
  return end(false);
}

/** The name of a connector has no `:`, so no other connector's ids begin in the same way. */
function isOf(connectorId: string, docId: string): boolean {
  return docId.startsWith(`${connectorId}:`);
}

/** Reads the records again, because the table of fingerprints does not have their ids. */
async function findMissing(
  { state, connectorId, target, onMissing }: RecordsCompared,
  known: KnownIds,
): Promise<RecordDifferences['missing']> {
  let count = 0;
  const samples: string[] = [];
  for await (const page of state.records(connectorId, target)) {
    for (const { docId, standing } of page) {
      if (standing !== 'sent' || !known.isMissing(apiDocumentId(docId))) continue;
      count++;
      if (samples.length < RECORDS_NAMED_MAX) samples.push(docId);
      await onMissing?.(docId);
    }
  }
  return { count, samples };
}

/** The ids of documents that were seen so far, in the state or in the data store, as fingerprints. */
class KnownIds {
  readonly #set = new FingerprintSet();
  readonly #hashes = new IdHasher();

  /** The number of awaited ids that were not found. */
  get missing(): number {
    return this.#set.unmarked;
  }

  /** @param awaited whether it is missing if the data store does not list it */
  add(apiId: string, awaited: boolean): void {
    this.#hashes.of(apiId);
    if (this.#set.add(this.#hashes.high, this.#hashes.low) && !awaited) this.#mark();
  }

  /** Marks an id as listed. @returns false if the id was unknown until now */
  find(apiId: string): boolean {
    this.#hashes.of(apiId);
    const isNew = this.#set.add(this.#hashes.high, this.#hashes.low);
    this.#mark();
    return !isNew;
  }

  /** Whether an awaited id was not listed. The answer is true once. */
  isMissing(apiId: string): boolean {
    this.#hashes.of(apiId);
    return this.#mark();
  }

  #mark(): boolean {
    const slot = this.#set.find(this.#hashes.high, this.#hashes.low);
    return slot >= 0 && this.#set.markSeen(slot);
  }
}

import { BridgeError } from '../../core/errors.ts';
import { REJECTIONS_PER_SAVE } from '../limits.ts';
import type { DeliveryJournal, RejectedDocument } from '../../pipeline/ports/delivery-port.ts';
import type { ArtifactStore, Manifest } from '../../pipeline/ports/ports.ts';
import { linesOf } from './artifact-lines.ts';
import { apiDocumentId } from './document-id.ts';
import { textOf } from '../api/json-fields.ts';

/** Documents of a manifest in the order in which they were sent; rows count from 0 over all files of their kind. */
export interface SentRange {
  readonly manifest: Manifest;
  readonly kind: 'upserts' | 'deletes';
  readonly from: number;
  /** The end of the range, exclusive. */
  readonly to: number;
}

export type DeliveryRejection = Omit<RejectedDocument, 'docId'>;

/** Which documents of a range are rejected, and why. */
export interface Rejections {
  /** The number of rejected documents, if all named documents are in the range. */
  readonly count: number;
  /** `row` counts from the start of the range. */
  readonly rejectionOf: (row: number, apiId: string) => DeliveryRejection | undefined;
}

interface RejectionPorts {
  readonly store: ArtifactStore;
  readonly journal: DeliveryJournal;
}

/** Reads the canonical files. They may be split at other rows than the files that Google reads, but have the same order. */
export async function* sentDocuments(
  store: ArtifactStore,
  { manifest, kind, from, to }: SentRange,
): AsyncGenerator<{ readonly row: number; readonly docId: string }> {
  let row = 0;
  for (const file of manifest.files.filter((candidate) => candidate.kind === kind)) {
    if (row >= to) return;
    if (row + file.rows <= from) {
      row += file.rows;
      continue;
    }
    for await (const line of linesOf(store, file.name)) {
      if (row >= to) return;
      if (row >= from) yield { row, docId: docIdIn(line, file.name) };
      row++;
    }
  }
}

/**
 * Writes the rejected documents of a range to the journal. It stops reading after the last of them, and reads nothing if there
 * are none, because the range may be gigabytes.
 * @returns how many were found; fewer than `count` if some named documents are not in the range.
 */
export async function rejectSome(
  range: SentRange,
  { count, rejectionOf }: Rejections,
  { store, journal }: RejectionPorts,
): Promise<number> {
  if (count === 0) return 0;
  let found = 0;
  let pending: RejectedDocument[] = [];
  for await (const { row, docId } of sentDocuments(store, range)) {
    const rejection = rejectionOf(row - range.from, apiDocumentId(docId));
    if (rejection === undefined) continue;
    found++;
    pending.push({ docId, ...rejection });
    if (pending.length >= REJECTIONS_PER_SAVE) {
      await journal.reject(pending);
      pending = [];
    }
    if (found === count) break;
  }
  await journal.reject(pending);
  return found;
}

/** Writes all documents of a range to the journal as rejected. @returns how many. */
export function rejectAll(
  range: SentRange,
  rejection: DeliveryRejection,
  ports: RejectionPorts,
): Promise<number> {
  return rejectSome(range, { count: range.to - range.from, rejectionOf: () => rejection }, ports);
}

function docIdIn(line: string, file: string): string {
  const docId = textOf(JSON.parse(line), 'doc_id');
  if (docId !== undefined) return docId;
  throw new BridgeError('INTERNAL', `A line of ${file} has no doc_id.`);
}

import { BridgeError } from '../core/errors.ts';
import { REJECTIONS_PER_SAVE } from '../core/limits.ts';
import type { DeliveryJournal, RejectedDocument } from '../pipeline/delivery-port.ts';
import type { ArtifactStore, Manifest } from '../pipeline/ports.ts';
import { linesOf } from './artifact-lines.ts';
import { apiDocumentId } from './document-id.ts';
import { textOf } from './json-fields.ts';
import type { Verdict } from './verdict.ts';

/** Documents of a manifest in the order in which they were sent; rows count from 0 over all files of their kind. */
export interface SentRange {
  readonly manifest: Manifest;
  readonly kind: 'upserts' | 'deletes';
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export async function* sentDocuments(
  store: ArtifactStore,
  { manifest, kind, from, to }: SentRange,
): AsyncGenerator<{ readonly row: number; readonly docId: string }> {
  let row = 0;
  for (const file of manifest.files.filter((candidate) => candidate.kind === kind)) {
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

/** Puts into the journal which documents of a range a verdict rejects. @returns how many. */
export async function rejectBy(
  verdict: Verdict,
  range: SentRange,
  { store, journal }: { readonly store: ArtifactStore; readonly journal: DeliveryJournal },
): Promise<number> {
  let count = 0;
  let pending: RejectedDocument[] = [];
  const save = async () => {
    await journal.reject(pending);
    pending = [];
  };
  for await (const { row, docId } of sentDocuments(store, range)) {
    const rejection = verdict.proven
      ? verdict.rejection(row - range.from, apiDocumentId(docId))
      : ({ reason: verdict.reason, outcome: 'unknown' } as const);
    if (rejection === undefined) continue;
    count++;
    pending.push({ docId, ...rejection });
    if (pending.length >= REJECTIONS_PER_SAVE) await save();
  }
  await save();
  return count;
}

function docIdIn(line: string, file: string): string {
  const docId = textOf(JSON.parse(line), 'doc_id');
  if (docId !== undefined) return docId;
  throw new BridgeError('INTERNAL', `A line of ${file} has no doc_id.`);
}

import { DELIVERY_FAILURES_READ_MAX } from '../limits.ts';
import type { RejectedDocument } from '../../pipeline/ports/delivery-port.ts';
import type { ManifestFile } from '../../pipeline/ports/ports.ts';
import type { DocumentFailure, FailurePlace } from './failures.ts';
import { rowsOf } from './manifest-files.ts';
import type { DeliveryRejection, Rejections } from './sent-documents.ts';

/** What an operation reports about the documents that it was sent. */
export interface OperationCounts {
  /** The number of distinct documents sent. */
  readonly sent: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Which of the sent documents are proven to be imported. */
export type Evaluation =
  /** All except the rejected ones, if every named document was among those sent. */
  | ({ readonly proven: true } & Rejections)
  /** None, because failures cannot be distinguished from successes. */
  | { readonly proven: false; readonly reason: string };

const ALL_PROVEN: Evaluation = { proven: true, count: 0, rejectionOf: () => undefined };

/**
 * Evaluates a finished operation. `done` alone proves nothing: the counts must add up, and the number of named failures must
 * match. `refused` is the meaning of a named document's failure: `unknown` for a FULL import, which may have removed the
 * document.
 */
export function evaluateOperation(
  counts: OperationCounts,
  failures: readonly DocumentFailure[],
  files: readonly ManifestFile[],
  refused: RejectedDocument['outcome'],
): Evaluation {
  const { sent, succeeded, failed } = counts;
  if (succeeded + failed !== sent) {
    return unproven(`${sent} documents were sent, and ${succeeded} succeeded and ${failed} failed`);
  }
  if (failed === 0) return ALL_PROVEN;
  if (failed >= DELIVERY_FAILURES_READ_MAX) {
    return unproven(`${failed} documents failed, which are too many to name`);
  }
  const named = new Map<string, DocumentFailure>();
  for (const failure of failures) {
    const key = keyOf(failure);
    if (key !== undefined) named.set(key, failure);
  }
  const nameless = failures.find((failure) => keyOf(failure) === undefined);
  if (nameless !== undefined || named.size !== failed) {
    const words = (nameless ?? failures[0])?.reason ?? 'no reason given';
    return unproven(`${failed} documents failed, and Google names ${named.size} of them; it says: ${words}`);
  }
  return rejectionsOf([...named.values()], files, refused);
}

function unproven(reason: string): Evaluation {
  return { proven: false, reason };
}

function keyOf({ place }: DocumentFailure): string | undefined {
  if (place === undefined) return undefined;
  return 'apiId' in place ? place.apiId : `${place.uri}:${place.line}`;
}

function rejectionsOf(
  failures: readonly DocumentFailure[],
  files: readonly ManifestFile[],
  refused: RejectedDocument['outcome'],
): Evaluation {
  const byId = new Map<string, DeliveryRejection>();
  const byRow = new Map<number, DeliveryRejection>();
  const bases = lineBases(failures, files);
  for (const { place, reason } of failures) {
    if (place === undefined) continue;
    if ('apiId' in place) {
      byId.set(place.apiId, { reason, outcome: refused });
      continue;
    }
    const rows = rowsAt(place, bases, files);
    if (rows.length === 0) return unproven(`Google names ${place.uri}:${place.line}, which was not sent`);
    const outcome = rows.length === 1 ? refused : 'unknown';
    for (const row of rows) byRow.set(row, { reason, outcome });
  }
  return {
    proven: true,
    count: byId.size + byRow.size,
    rejectionOf: (row, apiId) => byId.get(apiId) ?? byRow.get(row),
  };
}

/**
 * Google does not document whether lines count from 0 or from 1. Line 0 and the line after the last one settle it. Otherwise
 * both candidates are rejected, and the only cost is that one document too many is sent again.
 */
function lineBases(failures: readonly DocumentFailure[], files: readonly ManifestFile[]): readonly number[] {
  const rowsByUri = new Map(files.map(({ uri, rows }) => [uri, rows]));
  for (const { place } of failures) {
    if (place === undefined || 'apiId' in place) continue;
    if (place.line === 0) return [0];
    if (place.line === rowsByUri.get(place.uri)) return [1];
  }
  return [0, 1];
}

type LinePlace = Extract<FailurePlace, { readonly uri: string }>;

/** The rows, over all files, that a line may refer to; an empty list if no sent file has the line. */
function rowsAt(
  { uri, line }: LinePlace,
  bases: readonly number[],
  files: readonly ManifestFile[],
): readonly number[] {
  const index = files.findIndex((file) => file.uri === uri);
  const rows = files[index]?.rows ?? 0;
  const before = rowsOf(files.slice(0, Math.max(index, 0)));
  return bases
    .map((base) => line - base)
    .filter((row) => row >= 0 && row < rows)
    .map((row) => before + row);
}

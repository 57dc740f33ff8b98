import { DELIVERY_FAILURES_READ_MAX } from '../core/limits.ts';
import type { RejectedDocument } from '../pipeline/delivery-port.ts';
import type { ManifestFile } from '../pipeline/ports.ts';
import type { Failure } from './failures.ts';
import { rowsOf } from './manifest-files.ts';

/** What an operation says it did with the documents that it was sent. */
export interface Counts {
  /** Distinct documents sent. */
  readonly sent: number;
  readonly succeeded: number;
  readonly failed: number;
}

type Rejection = Omit<RejectedDocument, 'docId'>;

/** Which of the documents sent are proven in. */
export type Verdict =
  /** All but those that `rejection` names. Rows count from 0 over all files that were sent, in order. */
  | { readonly proven: true; readonly rejection: (row: number, apiId: string) => Rejection | undefined }
  /** None: the failures cannot be told apart from the successes. */
  | { readonly proven: false; readonly reason: string };

/** Nothing is rejected, so the documents need not be read to know which. */
export const ALL_IN: Verdict = { proven: true, rejection: () => undefined };

/**
 * Judges an operation that is done. `done` alone proves nothing: the counts must add up, and as many documents must be named
 * as failed. `refused` is what a named document's failure means: `unknown` for a FULL import, which may have removed it.
 */
export function judge(
  counts: Counts,
  failures: readonly Failure[],
  files: readonly ManifestFile[],
  refused: RejectedDocument['outcome'],
): Verdict {
  const { sent, succeeded, failed } = counts;
  if (succeeded + failed !== sent) {
    return unproven(`${sent} documents were sent, and ${succeeded} succeeded and ${failed} failed`);
  }
  if (failed === 0) return ALL_IN;
  if (failed >= DELIVERY_FAILURES_READ_MAX)
    return unproven(`${failed} documents failed, which are too many to name`);
  const named = new Map<string, Failure>();
  for (const failure of failures) {
    const key = keyOf(failure);
    if (key !== undefined) named.set(key, failure);
  }
  const nameless = failures.find((failure) => keyOf(failure) === undefined);
  if (nameless !== undefined || named.size !== failed) {
    const words = (nameless ?? failures[0])?.reason ?? 'no reason given';
    return unproven(`${failed} documents failed, and Google names ${named.size} of them; it says: ${words}`);
  }
  return { proven: true, rejection: rejectionsOf([...named.values()], files, refused) };
}

function unproven(reason: string): Verdict {
  return { proven: false, reason };
}

function keyOf({ place }: Failure): string | undefined {
  if (place === undefined) return undefined;
  return 'apiId' in place ? place.apiId : `${place.uri}:${place.line}`;
}

function rejectionsOf(
  failures: readonly Failure[],
  files: readonly ManifestFile[],
  refused: RejectedDocument['outcome'],
): (row: number, apiId: string) => Rejection | undefined {
  const byId = new Map<string, Rejection>();
  const byRow = new Map<number, Rejection>();
  const bases = lineBases(failures, files);
  for (const { place, reason } of failures) {
    if (place === undefined) continue;
    if ('apiId' in place) {
      byId.set(place.apiId, { reason, outcome: refused });
      continue;
    }
    const outcome = bases.length === 1 ? refused : 'unknown';
    for (const base of bases) byRow.set(rowOf(files, place.uri, place.line - base), { reason, outcome });
  }
  return (row, apiId) => byId.get(apiId) ?? byRow.get(row);
}

/**
 * Whether lines count from 0 or from 1 is not documented. Line 0 and the line behind the last one settle it; otherwise both
 * candidates stay out, and the one too many is only sent again.
 */
function lineBases(failures: readonly Failure[], files: readonly ManifestFile[]): readonly number[] {
  const rowsByUri = new Map(files.map(({ uri, rows }) => [uri, rows]));
  for (const { place } of failures) {
    if (place === undefined || 'apiId' in place) continue;
    if (place.line === 0) return [0];
    if (place.line === rowsByUri.get(place.uri)) return [1];
  }
  return [0, 1];
}

/** Over all files; -1, which no row has, for a file that was not sent. */
function rowOf(files: readonly ManifestFile[], uri: string, line: number): number {
  const index = files.findIndex((file) => file.uri === uri);
  return index < 0 ? -1 : rowsOf(files.slice(0, index)) + line;
}

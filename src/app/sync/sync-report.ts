import type { CollectionResult, SyncCounts, SyncResult } from '../../apps/sync-result.ts';
import { INTERNAL_MESSAGE, toBridgeError, type BridgeError } from '../../core/errors.ts';

/** The counts of a sync or of one collection, as responses have them. */
export interface ReportedCounts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly held: number;
  readonly errors: number;
}

/** What a response says about a sync in addition to its counts. */
export interface ReportedDetails {
  readonly error_details: readonly {
    readonly collection_key: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly collections: readonly (ReportedCounts & {
    readonly collection_key: string;
    readonly mode: SyncResult['mode'];
  })[];
  readonly duration_ms: number;
}

export const NO_COUNTS: ReportedCounts = {
  created: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  held: 0,
  errors: 0,
};

export function reportedCounts({
  created,
  updated,
  deleted,
  unchanged,
  held,
  errors,
}: SyncCounts): ReportedCounts {
  return { created, updated, deleted, unchanged, held, errors };
}

/** @param redact removes secrets */
export function reportedDetails(
  { problems, collections, durationMs }: SyncResult,
  redact: (text: string) => string,
): ReportedDetails {
  return {
    error_details: problems.map(({ collectionKey, code, message }) => ({
      collection_key: collectionKey,
      code,
      message: isInternal(code) ? INTERNAL_MESSAGE : redact(message),
    })),
    collections: collections.map(reportedCollection),
    duration_ms: Math.round(durationMs),
  };
}

function reportedCollection(collection: CollectionResult): ReportedDetails['collections'][number] {
  const { collectionKey, mode } = collection;
  return { collection_key: collectionKey, mode, ...reportedCounts(collection) };
}

/** The error of a sync, as clients may see it. @param redact removes secrets */
export function reportedError(
  thrown: unknown,
  redact: (text: string) => string,
): Pick<BridgeError, 'code' | 'message'> {
  const { code, message } = toBridgeError(thrown);
  return { code, message: isInternal(code) ? INTERNAL_MESSAGE : redact(message) };
}

/** The messages of these errors have the database's or the engine's own words. */
function isInternal(code: string): boolean {
  return code === 'INTERNAL' || code.startsWith('STATE_');
}

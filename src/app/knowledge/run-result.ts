import type { CursorSummary } from '../../knowledge/knowledge.ts';
import type { RunCounts } from '../../pipeline/ports/ports.ts';
import type { EarlierResult } from '../../state/run/earlier-run.ts';
import type { ReportedResult } from '../run/telemetry/telemetry.ts';
import type { SyncedPages } from './sync-pages.ts';

/** The result of one run of a knowledge source. */
export interface KnowledgeRunResult extends ReportedResult, Omit<SyncedPages, 'pages'> {
  readonly runId: string;
  readonly counts: RunCounts;
  /** Null if it is not recorded. */
  readonly pages: number | null;
  /** Whether the pass is complete. */
  readonly done: boolean;
}

/** The result of a run that has just read pages. */
export function resultOf(runId: string, synced: SyncedPages): KnowledgeRunResult {
  const holdReason = synced.last?.holdReason ?? null;
  const status = statusOf(holdReason, synced.chunks.setAside);
  const done = synced.last?.done ?? false;
  const counts = countsOf(synced, done);
  return { ...synced, runId, status, done, work: 'done', counts, watermark: null, holdReason };
}

/** The result of a run that an earlier process recorded under this id. */
export function recordedResult(
  runId: string,
  { status, counts, holdReason }: EarlierResult,
): KnowledgeRunResult {
  const { seen, added, unchanged, deleted, held, rejected } = counts;
  return {
    runId,
    status,
    work: 'repeated',
    done: counts.missing !== null,
    pages: null,
    items: seen,
    chunks: { added, known: unchanged, deleted, held, setAside: rejected },
    last: undefined,
    counts,
    watermark: null,
    holdReason,
  };
}

/** The result of a run whose pass an earlier attempt completed, which then died before it could record its counts. */
export function completedResult(runId: string, cursor: CursorSummary): KnowledgeRunResult {
  const { items, heldDeletes: held, setAside, holdReason } = cursor;
  const pages = { items, chunks: { added: 0, known: 0, deleted: 0, held, setAside }, last: undefined };
  return {
    ...pages,
    runId,
    status: statusOf(holdReason, setAside),
    work: 'repeated',
    done: true,
    pages: cursor.pages,
    counts: countsOf(pages, true),
    watermark: null,
    holdReason,
  };
}

/** The counts of runs of all kinds: rows are items, everything else is in chunks. */
export function countsOf({ items, chunks }: Pick<SyncedPages, 'items' | 'chunks'>, done: boolean): RunCounts {
  const { added, known, deleted, held, setAside } = chunks;
  return {
    seen: items,
    unchanged: known,
    added,
    changed: 0,
    missing: done ? deleted + held : null,
    deleted,
    held,
    quarantined: 0,
    rejected: setAside,
  };
}

function statusOf(holdReason: string | null, setAside: number): ReportedResult['status'] {
  if (holdReason !== null) return 'HELD';
  return setAside > 0 ? 'PARTIAL' : 'SUCCESS';
}

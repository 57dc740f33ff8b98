import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import { systemClock } from '../../core/time/clock.ts';
import { toBridgeError } from '../../core/errors.ts';
import type { Knowledge, SourceSummary } from '../../knowledge/knowledge.ts';
import type { RunCounts } from '../../pipeline/ports/ports.ts';
import type { FinishedStatus } from '../../pipeline/ports/state-port.ts';
import { runErrorOf } from '../../pipeline/run-error.ts';
import { fencedLeases } from '../../state/leases/fenced-lease.ts';
import { recordedRuns, type RecordedRuns } from '../../state/run/recorded-run.ts';
import { openStateDatabase } from '../../state/state-database.ts';
import { closingResources } from '../run/closing-resources.ts';
import { redactedError } from '../run/record-early-failure.ts';
import type { Work, WorkTools } from '../run/run-once.ts';
import { stateLocation } from '../run/state-location.ts';
import type { ReportedResult, ReportedRun } from '../run/telemetry/telemetry.ts';
import { NO_PAGES, syncPages, type SyncedPages, type SyncPagesOptions } from './sync-pages.ts';

export interface KnowledgeRunOptions extends SyncPagesOptions {
  readonly runId: string;
}

/** The result of one run of a knowledge source. */
export interface KnowledgeRunResult extends ReportedResult, SyncedPages {
  readonly runId: string;
}

/** The environment of the run. */
export interface KnowledgeSurroundings {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  /** Opens the engine for a run, which closes it. @param tools missing while the source is only looked up */
  open(tools?: WorkTools): Promise<Knowledge>;
}

/**
 * Represents one run of a knowledge source as work for `runOnce`: one page, or the rest of a pass. It is recorded in `run_state`.
 * @param idOrName `kb_sources.id`, or the name of the definition
 */
export function knowledgeWork(
  idOrName: string,
  options: KnowledgeRunOptions,
  surroundings: KnowledgeSurroundings,
): Work<SourceSummary, KnowledgeRunResult> {
  const reported: Omit<ReportedRun, 'connector' | 'target'> = {
    runId: options.runId,
    kind: 'knowledge_source',
    namedAfterFile: false,
    file: idOrName,
    targetKind: 'database',
    mode: 'run',
  };
  return {
    kind: 'knowledge_source',
    recordsFailure: true,
    load: () =>
      closingResources(async (closeAtEnd) => closeAtEnd(await surroundings.open()).source(idOrName)),
    requireFit: () => undefined,
    reported: (source) => ({ ...reported, connector: runNameOf(source), target: targetOf(source) }),
    reportedUnloaded: () => Promise.resolve({ ...reported, connector: idOrName, target: null }),
    perform: (source, tools) => perform(source, options, surroundings, tools),
    exitStatusOf: ({ status }) => EXIT_STATUSES[status],
  };
}

const EXIT_STATUSES: Readonly<Record<FinishedStatus, ExitStatus>> = {
  SUCCESS: EXIT.done,
  HELD: EXIT.held,
  PARTIAL: EXIT.partial,
};

/** The name under which runs of a source are recorded: its id if another program inserted it. */
function runNameOf({ id, name }: Pick<SourceSummary, 'id' | 'name'>): string {
  return name ?? id;
}

function targetOf({ tenantId }: SourceSummary): string {
  return `knowledge base of ${tenantId}`;
}

async function perform(
  source: SourceSummary,
  options: KnowledgeRunOptions,
  surroundings: KnowledgeSurroundings,
  tools: WorkTools,
): Promise<KnowledgeRunResult> {
  return closingResources(async (closeAtEnd) => {
    const address = { ...stateLocation(surroundings), kind: 'knowledge_source', readOnly: false } as const;
    const database = closeAtEnd(await openStateDatabase(address));
    const knowledge = closeAtEnd(await surroundings.open(tools));
    const runs = recordedRuns(database);
    const { runId } = options;
    // Each page takes the lease on the id of the source. This one keeps other runs out between pages; a server may sync meanwhile.
    const lease = await fencedLeases(database)(`run:${source.id}`, runId);
    try {
      const begun = {
        runId,
        name: runNameOf(source),
        target: targetOf(source),
        startedAt: systemClock.now(),
      };
      await runs.begin(begun, lease);
      const signal = AbortSignal.any([tools.signal, lease.signal]);
      return await recorded(runs, knowledge, source, options, { ...tools, signal });
    } finally {
      await lease.release();
    }
  });
}

/** Records the end of the run, whatever it is. */
async function recorded(
  runs: RecordedRuns,
  knowledge: Knowledge,
  { id }: SourceSummary,
  options: KnowledgeRunOptions,
  tools: WorkTools,
): Promise<KnowledgeRunResult> {
  const { runId } = options;
  let synced: SyncedPages = NO_PAGES;
  try {
    tools.observer.phase('extract');
    await syncPages(
      knowledge,
      id,
      options,
      (pages) => {
        synced = pages;
        tools.observer.rows(countsOf(pages));
      },
      tools.signal,
    );
  } catch (thrown) {
    const error = redactedError(runErrorOf(toBridgeError(thrown)), tools);
    const finishedAt = systemClock.now();
    await runs.finish(runId, {
      status: 'FAILED',
      counts: countsOf(synced),
      holdReason: null,
      error,
      finishedAt,
    });
    throw thrown;
  }
  const result = resultOf(runId, synced);
  const { status, holdReason } = result;
  const finishedAt = systemClock.now();
  await runs.finish(runId, { status, counts: countsOf(synced), holdReason, error: null, finishedAt });
  return result;
}

function resultOf(runId: string, synced: SyncedPages): KnowledgeRunResult {
  const holdReason = synced.last?.holdReason ?? null;
  const { setAside } = synced.chunks;
  const status = holdReason !== null ? 'HELD' : setAside > 0 ? 'PARTIAL' : 'SUCCESS';
  return { ...synced, runId, status, work: 'done', counts: countsOf(synced), watermark: null, holdReason };
}

/** The counts of runs of all kinds: rows are items, everything else is in chunks. */
function countsOf({
  items,
  chunks: { added, known, deleted, held, setAside },
  last,
}: SyncedPages): RunCounts {
  return {
    seen: items,
    unchanged: known,
    added,
    changed: 0,
    missing: last?.done === true ? deleted + held : null,
    deleted,
    held,
    quarantined: 0,
    rejected: setAside,
  };
}

import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import { systemClock } from '../../core/time/clock.ts';
import { toBridgeError } from '../../core/errors.ts';
import type { Knowledge, SourceSummary } from '../../knowledge/knowledge.ts';
import type { FencedLease } from '../../database/fenced-lease.ts';
import type { FinishedStatus } from '../../pipeline/ports/state-port.ts';
import { runErrorOf } from '../../pipeline/run-error.ts';
import { fencedLeases } from '../../state/leases/fenced-lease.ts';
import { recordedRuns, type RecordedRuns } from '../../state/run/recorded-run.ts';
import { openStateDatabase } from '../../state/state-database.ts';
import { closingResources } from '../run/closing-resources.ts';
import { redactedError } from '../run/record-early-failure.ts';
import type { Work, WorkTools } from '../run/run-once.ts';
import { stateLocation } from '../run/state-location.ts';
import type { ReportedRun } from '../run/telemetry/telemetry.ts';
import { passOfRun } from './pass-of-run.ts';
import {
  completedResult,
  countsOf,
  recordedResult,
  resultOf,
  type KnowledgeRunResult,
} from './run-result.ts';
import { NO_PAGES, syncPages, type SyncedPages, type SyncPagesOptions } from './sync-pages.ts';

export interface KnowledgeRunOptions extends SyncPagesOptions {
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
 * Represents one run of a knowledge source as work for `runOnce`: one page, or the rest of a pass. It is recorded in `run_state`;
 * a run whose id has a result there reads nothing.
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
    const runs = recordedRuns(database);
    const { runId } = options;
    const before = await runs.earlier(runId, runNameOf(source));
    if (before?.result) return recordedResult(runId, before.result);
    const knowledge = closeAtEnd(await surroundings.open(tools));
    // Each page takes the lease on the id of the source. This one keeps other runs out between pages; a server may sync meanwhile.
    const lease = await fencedLeases(database)(`run:${source.id}`, runId);
    try {
      const signal = AbortSignal.any([tools.signal, lease.signal]);
      return await leased({ runs, knowledge, source, options, lease }, { ...tools, signal });
    } finally {
      await lease.release();
    }
  });
}

interface LeasedRun {
  readonly runs: RecordedRuns;
  readonly knowledge: Knowledge;
  readonly source: SourceSummary;
  readonly options: KnowledgeRunOptions;
  readonly lease: FencedLease;
}

/** Does what earlier attempts with the same id have left. */
async function leased(run: LeasedRun, tools: WorkTools): Promise<KnowledgeRunResult> {
  const { runs, knowledge, source, options, lease } = run;
  const { runId } = options;
  const name = runNameOf(source);
  // Another process with the same id may have ended since.
  const known = await runs.earlier(runId, name);
  if (known?.result) return recordedResult(runId, known.result);
  const { cursor } = await knowledge.source(source.id);
  const pass = passOfRun(known?.startedFrom ?? null, cursor, options.restart);
  const startedFrom = String(pass.number);
  await runs.begin(
    { runId, name, target: targetOf(source), startedAt: systemClock.now(), startedFrom },
    lease,
  );
  if (cursor !== null && pass.isComplete) {
    const result = completedResult(runId, cursor);
    await finish(runs, result);
    return result;
  }
  return recorded(run, { ...options, restart: pass.restart }, tools);
}

/** Records the end of the run, whatever it is. */
async function recorded(
  { runs, knowledge, source }: LeasedRun,
  options: KnowledgeRunOptions,
  tools: WorkTools,
): Promise<KnowledgeRunResult> {
  const { runId } = options;
  let synced: SyncedPages = NO_PAGES;
  const counts = () => countsOf(synced, synced.last?.done ?? false);
  try {
    tools.observer.phase('extract');
    await syncPages(
      knowledge,
      source.id,
      options,
      (pages) => {
        synced = pages;
        tools.observer.rows(counts());
      },
      tools.signal,
    );
  } catch (thrown) {
    const error = redactedError(runErrorOf(toBridgeError(thrown)), tools);
    const finishedAt = systemClock.now();
    await runs.finish(runId, { status: 'FAILED', counts: counts(), holdReason: null, error, finishedAt });
    throw thrown;
  }
  const result = resultOf(runId, synced);
  await finish(runs, result);
  return result;
}

async function finish(runs: RecordedRuns, result: KnowledgeRunResult): Promise<void> {
  const { runId, status, counts, holdReason } = result;
  await runs.finish(runId, { status, counts, holdReason, error: null, finishedAt: systemClock.now() });
}

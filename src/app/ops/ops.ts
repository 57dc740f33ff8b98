import { OPS_HISTORY_RUNS, OPS_PUSHES_SHOWN, OPS_REJECTED_MAX } from '../limits.ts';
import { folderOf } from '../../pipeline/artifact/layout.ts';
import type { RunRow } from '../../pipeline/ports/state-port.ts';
import type { RunDetail } from '../../state/server/ops-runs.ts';
import { bucketOf } from '../run/job.ts';
import { openArtifactLines, type ArtifactLines } from './artifact-lines.ts';
import { runCommands, connectorCommands } from './commands.ts';
import { factsOf, opsConnector, usualSeconds, type Known } from './connector-facts.ts';
import type {
  OpsConnectorDetail,
  OpsLink,
  OpsOperation,
  OpsQuery,
  OpsRunDetail,
  OpsSnapshot,
} from './model.ts';
import { opsPush } from './pushes.ts';
import { opsRun } from './run-facts.ts';
import { openSchedules, type Schedules } from './schedule.ts';
import { setAsideBy } from './set-aside.ts';
import { snapshotOf } from './snapshot.ts';
import type { OpsSurroundings, RunLinks } from './surroundings.ts';
import { openStandings } from './newest-runs-cache.ts';
import { timelineOf } from './timeline.ts';

/** The read-only data of Ops. Every method fails with BridgeError STATE_*. */
export interface Ops {
  snapshot(query: OpsQuery): Promise<OpsSnapshot>;
  /** Undefined if this name has no file, no run and no waiting push. */
  connector(connectorId: string): Promise<OpsConnectorDetail | undefined>;
  run(runId: string): Promise<OpsRunDetail | undefined>;
}

export function openOps(surroundings: OpsSurroundings): Ops {
  const schedules = openSchedules();
  const standings = openStandings(surroundings.state, surroundings.clock);
  const artifacts = openArtifactLines(surroundings.openStore, surroundings.clock);
  return {
    snapshot: (query) => snapshotOf(query, { ...surroundings, schedules, standings }),
    connector: (connectorId) => connectorDetail(connectorId, surroundings, schedules),
    run: (runId) => detailOfRun(runId, surroundings, artifacts),
  };
}

async function connectorDetail(
  connectorId: string,
  surroundings: OpsSurroundings,
  schedules: Schedules,
): Promise<OpsConnectorDetail | undefined> {
  const { state, catalog, clock, runLinks } = surroundings;
  const entry = (await catalog.current()).connectors.get(connectorId);
  const holder = await state.holderOf(connectorId);
  const pending = (await state.pendingPushes()).get(connectorId);
  if (entry === undefined && holder === undefined && pending === undefined) return undefined;
  const newest = (await state.newestRuns([connectorId])).get(connectorId);
  const history = await state.historyOf(connectorId, OPS_HISTORY_RUNS);
  const pushes =
    entry?.connector.spec.mode === 'rest_push'
      ? {
          path: `/v1/connectors/${connectorId}/events`,
          newest: (await state.newestPushes(connectorId, OPS_PUSHES_SHOWN)).map(opsPush),
        }
      : null;
  const now = clock.now();
  const known: Known = { connectorId, entry, newest, holder, pending };
  const connector = opsConnector(known, now, schedules);
  return {
    generated_at: now.toISOString(),
    connector,
    facts: entry === undefined ? null : factsOf(entry.connector),
    pushes,
    history: history.map((run) => opsRun(run, now, holder)),
    links: connector.last_run === null ? [] : linksTo(connector.last_run.run_id, connectorId, runLinks),
    commands: connectorCommands(connector),
  };
}

async function detailOfRun(
  runId: string,
  { state, catalog, clock, runLinks }: OpsSurroundings,
  artifacts: ArtifactLines,
): Promise<OpsRunDetail | undefined> {
  const found = await state.runDetail(runId, { rejected: OPS_REJECTED_MAX });
  if (found === undefined) return undefined;
  const { connectorId } = found.run;
  const holder = await state.holderOf(connectorId);
  const newest = (await state.newestRuns([connectorId])).get(connectorId);
  const entry = (await catalog.current()).connectors.get(connectorId);
  const local = isLocal(found.run);
  const spec = entry?.connector.spec;
  const setAside = await setAsideBy(found.run, spec && bucketOf(spec, local), artifacts);
  const now = clock.now();
  const run = opsRun(found.run, now, holder);
  return {
    generated_at: now.toISOString(),
    run,
    timeline: timelineOf(run, found.run.phaseTimes, now),
    usual_seconds: usualSeconds(newest?.committed ?? null),
    committed_at: found.run.committedAt,
    watermark: found.run.watermark,
    artifacts: artifactsOf(found.run, local ? undefined : spec?.output.bucket),
    operations: operationsOf(found),
    rejected_documents: found.rejected.map(({ docId, reason, outcome }) => ({
      doc_id: docId,
      reason,
      outcome,
    })),
    ...setAside,
    process: run.alive === true ? { host: holder?.host ?? null, pid: holder?.pid ?? null } : null,
    links: linksTo(runId, connectorId, runLinks),
    commands: runCommands(run, entry?.file, local),
  };
}

function artifactsOf({ manifestName }: RunRow, bucket: string | undefined): OpsRunDetail['artifacts'] {
  return {
    manifest: manifestName,
    folder: manifestName === null ? null : folderOf(manifestName),
    bucket: bucket ?? null,
  };
}

function operationsOf({ steps }: RunDetail): OpsOperation[] {
  return steps.map(({ name, state, operation, askedAt, detail }) => ({
    name,
    state,
    operation,
    asked_at: askedAt,
    detail,
  }));
}

function linksTo(runId: string, connectorId: string, runLinks: RunLinks): OpsLink[] {
  return Object.entries(runLinks).map(([label, link]) => ({ label, url: link({ runId, connectorId }) }));
}

function isLocal({ target }: RunRow): boolean {
  return !target.includes('/');
}

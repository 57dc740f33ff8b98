import { folderOf } from '../../../pipeline/artifact/layout.ts';
import type { RunKind, RunRow } from '../../../pipeline/ports/state-port.ts';
import type { RunDetail } from '../../../state/server/ops-runs.ts';
import type { RunQueries } from '../../../state/server/ops-state.ts';
import { OPS_REJECTED_MAX } from '../../limits.ts';
import { bucketOf } from '../../run/job.ts';
import { runCommands } from '../commands.ts';
import { usualSeconds } from '../connector/connector-facts.ts';
import type { OpsOperation, OpsRunDetail } from '../model/run-detail.ts';
import { OTHER_KINDS } from '../other-kind.ts';
import { linksTo, type OpsSurroundings } from '../surroundings.ts';
import type { ArtifactLines } from './artifact-lines.ts';
import { holderOfRun, opsRun } from './run-facts.ts';
import { setAsideBy } from './set-aside.ts';
import { timelineOf } from './timeline.ts';

/** Undefined if the run does not exist. */
export async function detailOfRun(
  runId: string,
  surroundings: OpsSurroundings,
  artifacts: ArtifactLines,
): Promise<OpsRunDetail | undefined> {
  const { catalog, clock, runLinks } = surroundings;
  const located = await findRun(runId, surroundings);
  if (located === undefined) return undefined;
  const { kind, state, found } = located;
  const { connectorId } = found.run;
  const holder =
    kind === 'knowledge_source'
      ? holderOfRun(await state.holders(), found.run)
      : await state.holderOf(connectorId);
  const newest = (await state.newestRuns([connectorId])).get(connectorId);
  // A connector of the same name is another definition.
  const entry = kind === 'connector' ? (await catalog.current()).connectors.get(connectorId) : undefined;
  const local = isLocal(found.run);
  const spec = entry?.connector.spec;
  const setAside = await setAsideBy(found.run, spec && bucketOf(spec, local), artifacts);
  const now = clock.now();
  const run = opsRun(found.run, now, holder, kind);
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

/** Run ids are unique among all kinds; most runs are those of connectors. */
async function findRun(
  runId: string,
  { state, otherStates }: OpsSurroundings,
): Promise<{ readonly kind: RunKind; readonly state: RunQueries; readonly found: RunDetail } | undefined> {
  const limits = { rejected: OPS_REJECTED_MAX };
  const states = [
    ['connector', state],
    ...OTHER_KINDS.map((kind) => [kind, otherStates[kind]] as const),
  ] as const;
  for (const [kind, queries] of states) {
    const found = await queries.runDetail(runId, limits);
    if (found !== undefined) return { kind, state: queries, found };
  }
  return undefined;
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

function isLocal({ target }: RunRow): boolean {
  return !target.includes('/');
}

import { folderOf } from '../../../pipeline/artifact/layout.ts';
import type { RunRow } from '../../../pipeline/ports/state-port.ts';
import type { RunDetail } from '../../../state/server/ops-runs.ts';
import { OPS_REJECTED_MAX } from '../../limits.ts';
import { bucketOf } from '../../run/job.ts';
import { runCommands } from '../commands.ts';
import { usualSeconds } from '../connector/connector-facts.ts';
import type { OpsOperation, OpsRunDetail } from '../model/run-detail.ts';
import { linksTo, type OpsSurroundings } from '../surroundings.ts';
import type { ArtifactLines } from './artifact-lines.ts';
import { opsRun } from './run-facts.ts';
import { setAsideBy } from './set-aside.ts';
import { timelineOf } from './timeline.ts';

/** Undefined if the run does not exist. */
export async function detailOfRun(
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

function isLocal({ target }: RunRow): boolean {
  return !target.includes('/');
}

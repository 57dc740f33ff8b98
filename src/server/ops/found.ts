import type { ServerState } from '../../app/serve/server-state.ts';
import { HttpError } from '../http/http-error.ts';

type StartedHere = Awaited<ReturnType<ServerState['startedRun']>>;
type StartedRun = NonNullable<StartedHere>;

/** @throws HttpError NOT_FOUND if the connector does not exist */
export function foundConnector<Detail>(detail: Detail | undefined, id: string): Detail {
  if (detail !== undefined) return detail;
  throw new HttpError('NOT_FOUND', `There is no connector ${id}: no valid file has this name, and no run.`, {
    hint: 'See /ops for the existing connectors. It also lists broken files with their problems.',
  });
}

/**
 * @param started the facts about the run if "run now" started it
 * @throws HttpError NOT_FOUND if the run does not exist
 */
export function foundRun<Detail>(detail: Detail | undefined, runId: string, started: StartedHere): Detail {
  if (detail !== undefined) return detail;
  if (started !== undefined) {
    throw new HttpError('NOT_FOUND', `Run ${runId} ${whyWithoutRow(started)}`, {
      hint: `What it said is in /v1/ops/runs/${runId}/log.`,
    });
  }
  throw new HttpError('NOT_FOUND', `There is no run ${runId} in the state.`, {
    hint: 'Check the id, and that the server uses the state that the run used: the same DATABASE_URL, or the same working directory.',
  });
}

/** A dry run writes no row, and neither does a run that could not begin because another one was in progress. */
function whyWithoutRow({ finishedAt, exitStatus }: Pick<StartedRun, 'finishedAt' | 'exitStatus'>): string {
  if (finishedAt === null) return 'was started and has not begun: ask again in some seconds.';
  const how = exitStatus === null ? 'was ended by a signal' : `ended with exit status ${exitStatus}`;
  return `${how} and left nothing in the state, as a dry run does, and one that could not begin.`;
}

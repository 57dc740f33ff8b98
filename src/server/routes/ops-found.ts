import { HttpError } from '../http-error.ts';

/** @throws HttpError NOT_FOUND when there is no such connector */
export function foundConnector<Detail>(detail: Detail | undefined, id: string): Detail {
  if (detail !== undefined) return detail;
  throw new HttpError('NOT_FOUND', `There is no connector ${id}: no valid file has this name, and no run.`, {
    hint: 'Look at /ops for those that there are. A file that is broken is named there with what is wrong.',
  });
}

/** @throws HttpError NOT_FOUND when there is no such run */
export function foundRun<Detail>(detail: Detail | undefined, runId: string): Detail {
  if (detail !== undefined) return detail;
  throw new HttpError('NOT_FOUND', `There is no run ${runId} in the state.`, {
    hint: 'Check the id, and that the server uses the state that the run used: the same DATABASE_URL, or the same working directory.',
  });
}

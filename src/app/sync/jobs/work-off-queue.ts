import type { Clock } from '../../../core/time/clock.ts';
import { openServerDatabase } from '../../../database/open-server-database.ts';
import { openSyncRequests } from '../../../state/sync-requests/sync-requests.ts';
import { stateLocation } from '../../run/state-location.ts';
import type { JobContext } from './do-job.ts';
import { workOffJobs, type WorkedOff } from './work-off-jobs.ts';

/** `workOffJobs` on the state of this environment. @throws BridgeError STATE_* or ENVIRONMENT_INVALID, or the reason of `signal` */
export async function workOffQueue(
  context: Omit<JobContext, 'requests'> & {
    readonly clock: Clock;
    readonly databaseUrl: string | undefined;
    readonly cwd: string;
  },
  signal: AbortSignal,
): Promise<WorkedOff> {
  const database = await openServerDatabase(stateLocation(context));
  try {
    return await workOffJobs({ ...context, requests: openSyncRequests(database) }, signal);
  } finally {
    await database.close();
  }
}

import { UNREADABLE_RUNS_LOGGED_MAX } from '../limits.ts';
import { silentLogger, type Logger } from '../../core/log.ts';
import type { DatabaseAddress } from '../../database/database.ts';
import { openServerDatabase, type ServerDatabase } from '../../database/open-server-database.ts';
import type { StateDatabase } from '../state-database.ts';
import type { OnUnreadableRun } from '../run/readable-run.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';

/** A state whose rows of `run_state` are displayed. */
export interface RunDatabase extends StateDatabase {
  readonly onUnreadableRun?: OnUnreadableRun;
}

export interface ServerRunDatabase extends ServerDatabase {
  /** @param kind the kind of all names in queries; `connector` by default */
  guarded<Answer>(work: (database: RunDatabase) => Promise<Answer>, kind?: RunKind): Promise<Answer>;
}

/**
 * Like `openServerDatabase`, for the state of definitions; a run that cannot be read is logged once.
 * @throws BridgeError ENVIRONMENT_INVALID, STATE_UNREACHABLE, STATE_FAILED, STATE_NEWER or STATE_NOT_MIGRATED.
 */
export async function openServerRunDatabase(
  address: DatabaseAddress,
  log: Pick<Logger, 'warn'> = silentLogger,
): Promise<ServerRunDatabase> {
  const server = await openServerDatabase(address);
  const onUnreadableRun = onceForEachRun(log);
  return {
    guarded: (work, kind = 'connector') =>
      server.guarded((database) => work({ ...database, kind, onUnreadableRun })),
    close: () => server.close(),
  };
}

/** Pages refresh every few seconds, and an unreadable row remains unreadable, so each row is logged once. */
function onceForEachRun(log: Pick<Logger, 'warn'>): OnUnreadableRun {
  const logged = new Set<string>();
  return (run, columns) => {
    if (logged.has(run) || logged.size >= UNREADABLE_RUNS_LOGGED_MAX) return;
    logged.add(run);
    log.warn('a row of run_state cannot be read; its run is shown as unreadable', { run, columns });
  };
}

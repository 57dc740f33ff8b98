import { opsState, type OpsState } from '../state/ops-state.ts';
import { openServerDatabase } from '../state/open-server-database.ts';
import { stateLocation } from './state-location.ts';

/** What the server keeps in and asks of the state store. */
export interface ServerState {
  /** Resolves when the database answers. @throws BridgeError STATE_* */
  ping(): Promise<void>;
  /** What Ops shows. */
  readonly ops: OpsState;
  close(): Promise<void>;
}

/** @throws BridgeError ENVIRONMENT_INVALID or STATE_* */
export async function openServerState(place: {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
}): Promise<ServerState> {
  const database = await openServerDatabase(stateLocation(place));
  return {
    ping: () => database.guarded(({ knex }) => knex.raw('select 1')).then(() => undefined),
    ops: opsState(database),
    close: () => database.close(),
  };
}

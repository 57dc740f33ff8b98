import { migrateState } from '../state/run/open-state.ts';
import { stateLocation } from './run/state-location.ts';

interface MigrateOptions {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
}

/** Migrates the schema of the state store to this version. @throws BridgeError as `migrateState` does */
export function migrateStateStore(options: MigrateOptions): ReturnType<typeof migrateState> {
  return migrateState(stateLocation(options));
}

import { resolve } from 'node:path';
import { migrateState, STATE_FILE } from '../state/open-state.ts';

interface MigrateOptions {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
}

/** Brings the schema of the state store up to date. @throws BridgeError, as `migrateState` does. */
export function migrateStateStore({ databaseUrl, cwd }: MigrateOptions): ReturnType<typeof migrateState> {
  return migrateState({ url: databaseUrl, file: resolve(cwd, STATE_FILE) });
}

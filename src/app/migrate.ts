import { migrateState } from '../state/open-state.ts';
import { stateLocation } from './state-location.ts';

/** Brings the state store up to date. @throws BridgeError STATE_* */
export function migrateStore(context: { readonly databaseUrl: string | undefined; readonly cwd: string }) {
  return migrateState(stateLocation(context));
}

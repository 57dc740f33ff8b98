import type { App } from '../../definitions/app/types.ts';
import type { AppPlace } from './app-work.ts';

/** A valid app and its file. */
export interface FoundApp extends AppPlace {
  readonly app: App;
}

/** Finds a valid app of `CONNECTORS_DIR` by its key; undefined if there is none. */
export type FindApp = (appKey: string) => Promise<FoundApp | undefined>;

import type { App } from '../../definitions/app/types.ts';
import type { AppPlace } from './app-work.ts';

/** A valid app and its file. */
export interface FoundApp extends AppPlace {
  readonly app: App;
}

/** The part of a catalog that is used here: valid apps by key. */
export interface AppCatalog {
  current(): Promise<{
    readonly apps: ReadonlyMap<string, { readonly file: string; readonly app: App }>;
  }>;
}

/** Finds a valid app of `CONNECTORS_DIR` by its key; undefined if there is none. */
export type FindApp = (appKey: string) => Promise<FoundApp | undefined>;

export function appFinder(catalog: AppCatalog): FindApp {
  return async (appKey) => {
    const { apps } = await catalog.current();
    const found = apps.get(appKey);
    return found && { ...found, appKey, load: () => Promise.resolve(found.app) };
  };
}

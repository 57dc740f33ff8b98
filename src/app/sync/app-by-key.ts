import { BridgeError } from '../../core/errors.ts';
import { systemClock } from '../../core/time/clock.ts';
import { nearest } from '../../definitions/nearest.ts';
import { problemLine } from '../../definitions/problem.ts';
import { openCatalog } from '../catalog/catalog.ts';
import { loadAppUnderPolicy, type PolicyPlace } from '../catalog/policy.ts';
import type { AppPlace } from './app-work.ts';
import { appFinder, type FindApp } from './find-app.ts';

/** The folder of definitions. */
export interface DefinitionsPlace extends PolicyPlace {
  /** `CONNECTORS_DIR`, relative to `cwd`. */
  readonly connectorsDir: string;
}

/** Represents the app with this key in the folder; `load` throws APP_UNKNOWN, or APP_INVALID if a file has errors. */
export function appByKey(appKey: string, place: DefinitionsPlace): AppPlace {
  const { connectorsDir, ...policyPlace } = place;
  return {
    appKey,
    file: connectorsDir,
    async load() {
      const catalog = openCatalog({ ...policyPlace, directory: connectorsDir, clock: systemClock });
      const { apps, problems, mayBeBroken } = await catalog.current();
      const found = apps.get(appKey);
      if (found !== undefined) return found.app;
      if (mayBeBroken(appKey)) {
        const lines = problems.map(problemLine);
        throw new BridgeError('APP_INVALID', [`No valid app has the key ${appKey}:`, ...lines], {
          hint: 'Correct the file. Check it with: gemini-sync-bridge validate',
        });
      }
      throw unknown(appKey, [...apps.keys()], connectorsDir);
    },
  };
}

/** Represents the app of a file. */
export function appOfFile(file: string, place: PolicyPlace): AppPlace {
  return { appKey: file, file, load: () => loadAppUnderPolicy(file, place) };
}

/** Finds the valid apps of the folder. */
export function appsOfFolder({ connectorsDir, ...place }: DefinitionsPlace): FindApp {
  return appFinder(openCatalog({ ...place, directory: connectorsDir, clock: systemClock }));
}

function unknown(appKey: string, known: readonly string[], directory: string): BridgeError {
  const similar = nearest(appKey, known);
  const all = known.length === 0 ? 'It has no app.' : `It has: ${known.join(', ')}.`;
  return new BridgeError('APP_UNKNOWN', `${directory} has no app with the key ${appKey}. ${all}`, {
    hint:
      similar === undefined
        ? 'Name the appKey of an App in CONNECTORS_DIR, or its file with --file.'
        : `Did you mean ${similar}?`,
  });
}

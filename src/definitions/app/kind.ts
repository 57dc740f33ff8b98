import { scheduleFindings } from '../connector/rules/schedule.ts';
import { textAt } from '../draft.ts';
import { duplicateNames } from '../files/duplicate-names.ts';
import type { DefinitionKind } from '../files/kind.ts';
import { expandAppPreset } from './presets/expand.ts';
import { collectionFindings } from './rules/collections.ts';
import { incrementalFindings } from './rules/incremental.ts';
import { listingFindings, plaintextFindings, secretFindings } from './rules/listings.ts';
import { missingFindings } from './rules/missing.ts';
import { isApp, shapeFindings } from './schema.ts';
import type { App } from './types.ts';
import { appUses } from './uses.ts';

const APP_KEY = 'spec.appKey';

/** How app files are checked. */
export const appKind: DefinitionKind<App> = {
  name: 'App',
  invalid: 'APP_INVALID',
  isShaped: isApp,
  expand: (value) => expandAppPreset(value),
  shapeFindings,
  ruleFindings: (app, allowsInClear) => [
    ...scheduleFindings(app),
    ...missingFindings(app),
    ...collectionFindings(app),
    ...incrementalFindings(app),
    ...listingFindings(app),
    ...secretFindings(app),
    ...plaintextFindings(app, allowsInClear),
  ],
  uses: appUses,
  secretHint: () => ({ who: 'a sync' }),
  setPaths: [APP_KEY],
  setFindings: (members) => [
    ...duplicateNames(
      members,
      'metadata.name',
      (other, name) => `${other} is an app of the name ${name} too.`,
    ),
    ...duplicateNames(
      members,
      APP_KEY,
      (other, key) => `${other} has the app key ${key} too; they would replace each other's entities.`,
      appKeyOf,
    ),
  ],
};

/** Two apps of one name without keys are reported by their names. */
function appKeyOf(app: unknown): string | undefined {
  return textAt(app, APP_KEY);
}

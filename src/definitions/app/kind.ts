import { scheduleFindings } from '../schedule/schedule-findings.ts';
import { textAt } from '../draft.ts';
import { duplicateNames } from '../files/duplicate-names.ts';
import type { DefinitionKind, SetFinding, SetMember } from '../files/kind.ts';
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
    ...duplicateKeys(members),
  ],
};

/** The key of an app is its name by default, so a name and a key may collide, too. */
function duplicateKeys(members: readonly SetMember[]): SetFinding[] {
  const first = new Map<string, SetMember>();
  return members.flatMap(({ file, definition }): SetFinding[] => {
    const name = textAt(definition, 'metadata.name');
    const key = textAt(definition, APP_KEY) ?? name;
    const other = key === undefined ? undefined : first.get(key);
    if (key !== undefined && other === undefined) first.set(key, { file, definition });
    // Two apps of one name have a finding about that.
    if (other === undefined || textAt(other.definition, 'metadata.name') === name) return [];
    const message = `${other.file} has the app key ${key} too; they would replace each other's entities.`;
    return [{ file, path: APP_KEY, code: 'duplicate_name', message, fix: 'appKey: another one' }];
  });
}

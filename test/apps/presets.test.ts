import { afterAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDefinitions } from '../../src/definitions/files/check-definitions.ts';
import { problemLine } from '../../src/definitions/problem.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { presetOf } from '../support/http/app-readers.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

const KEYS = {
  stripe: ['customer', 'product', 'price', 'plan', 'subscription', 'subscription_item'],
  intercom: ['company', 'contact', 'admin', 'conversation', 'conversation_part'],
  notion: ['data_source', 'data_source_property', 'page', 'user'],
} as const;

const NAMES = ['stripe', 'intercom', 'notion'] as const;

async function check(preset: string, more = '') {
  const file = join(folders.make(), 'app.yaml');
  const head = 'apiVersion: sync.gemini.io/v1alpha1\nkind: App\nmetadata:\n  name: shop\nspec:\n';
  writeFileSync(file, `${head}  preset: ${preset}\n  secretRef: shop-key\n${more}`);
  const { problems, apps } = await checkDefinitions([file]);
  const failures = problems.filter(({ status }) => status === 'fail').map(problemLine);
  return { failures, spec: apps[0]?.app.spec };
}

describe.each(NAMES)('the preset %s', (name) => {
  test('is a valid app together with the name of a secret', async () => {
    const { failures, spec } = await check(name);
    expect(failures).toEqual([]);
    expect(spec).toEqual({ preset: name, secretRef: 'shop-key', ...presetOf(name) });
  });

  test('has the collections that earlier installations have rows of', () => {
    expect(presetOf(name).collections.map(({ key }) => key)).toEqual(
      KEYS[name].map((key) => `${name}_${key}`),
    );
  });

  test('syncs the one collection that a file names, from the host that it names', async () => {
    const key = `${name}_${KEYS[name][1]}`;
    const more = `  baseUrl: https://api.example.com\n  collections:\n    - key: ${key}\n      ignoreFields: [seen]\n`;
    const { failures, spec } = await check(name, more);
    expect(failures).toEqual([]);
    const known = presetOf(name).collections.find((collection) => collection.key === key);
    expect(spec?.collections).toEqual([{ ...known, ignoreFields: ['seen'] }]);
    expect(spec?.baseUrl).toBe('https://api.example.com');
  });
});

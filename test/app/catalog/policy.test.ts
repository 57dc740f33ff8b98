import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkDefinitionsUnderPolicy } from '../../../src/app/catalog/policy.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let cwd: string;
beforeAll(() => {
  cwd = folders.make();
  mkdirSync(join(cwd, 'allowed'));
  mkdirSync(join(cwd, 'elsewhere'));
  symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'allowed', 'link'));
  const rule = { connectors: ['*'], fileRoots: [join(cwd, 'allowed')] };
  const policy = { apiVersion: 'sync.gemini.io/v1alpha1', kind: 'Policy', rules: [rule] };
  writeFileSync(join(cwd, 'policy.yaml'), JSON.stringify(policy));
});
afterAll(() => {
  folders.removeAll();
});

/** The paths of a connector that the policy refuses. */
async function refused(path: string): Promise<string[]> {
  const connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'kb' },
    spec: { mode: 'file_pull', source: { type: 'file', path } },
  };
  writeFileSync(join(cwd, 'kb.yaml'), JSON.stringify(connector));
  const { problems } = await checkDefinitionsUnderPolicy(['kb.yaml'], { policyFile: 'policy.yaml', cwd });
  return problems.filter(({ code }) => code === 'policy_refused').map(({ subject }) => subject);
}

describe('the policy on the folder of a connector', () => {
  test('follows links in the part of a path that exists', async () => {
    expect(await refused(join(cwd, 'allowed'))).toEqual([]);
    expect(await refused(join(cwd, 'allowed', 'not', 'there', 'yet'))).toEqual([]);
    expect(await refused(join(cwd, 'allowed', 'link'))).toEqual(['spec.source.path']);
    expect(await refused(join(cwd, 'allowed', 'link', 'not', 'there', 'yet'))).toEqual(['spec.source.path']);
    expect(await refused(join(cwd, 'allowed', 'link', 'x'))).toEqual(['spec.source.path']);
    expect(await refused(join(cwd, 'not', 'there', 'allowed'))).toEqual(['spec.source.path']);
  });

  test('is applied to a path of many parts that do not exist', async () => {
    const deep = '/a'.repeat(2_000);
    expect(await refused(join(cwd, 'allowed', deep))).toEqual([]);
    expect(await refused(join(cwd, 'elsewhere', deep))).toEqual(['spec.source.path']);
    // Longer than any path can be; it is refused by its length, which is a problem of its own.
    expect(await refused(join(cwd, 'allowed', '/a'.repeat(45_000)))).toEqual([]);
  });
});

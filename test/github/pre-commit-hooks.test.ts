import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { runHere } from '../support/processes/run-here.ts';
import { textOf } from './workflow-files.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly args: readonly string[];
  readonly files: string;
  readonly pass_filenames: boolean;
}

const hooks = parse(textOf('.pre-commit-hooks.yaml')) as readonly Hook[];

describe('the pre-commit hook', () => {
  test('runs a program that the package installs', () => {
    const { bin } = JSON.parse(textOf('package.json')) as { bin: Record<string, string> };
    expect(hooks.map(({ entry }) => entry.split(' ')[0])).toEqual(Object.keys(bin));
  });

  test('fails for an invalid connector in the default folder, and passes for a valid one', async () => {
    const [hook] = hooks;
    const [, ...args] = [...(hook?.entry.split(' ') ?? []), ...(hook?.args ?? [])];
    const cwd = folders.make();
    mkdirSync(join(cwd, 'connectors'));
    const valid = textOf('connectors/hr-employees.yaml');
    writeFileSync(join(cwd, 'connectors', 'hr.yaml'), valid);
    expect(await runHere(args, { cwd })).toMatchObject({ exitCode: 0 });
    writeFileSync(join(cwd, 'connectors', 'hr.yaml'), valid.replace('sql_pull', 'sql_push'));
    expect(await runHere(args, { cwd })).toMatchObject({ exitCode: 78 });
  });

  test('runs when a YAML file changes, and checks all files', () => {
    const [hook] = hooks;
    expect(hook?.pass_filenames).toBe(false);
    for (const path of ['connectors/a.yaml', 'sources/b.yml'])
      expect(path).toMatch(new RegExp(hook?.files ?? '^$'));
  });
});

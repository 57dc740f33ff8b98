import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { parse } from 'yaml';
import { INIT_SCHEDULES, INIT_SOURCES } from '../../../src/app/init/choices.ts';
import { packageFile } from '../../../src/core/package-file.ts';
import { fileNames } from '../../support/files/folder-listing.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { programArguments, PROGRAM_ENV } from '../../support/processes/run-cli.ts';
import { runHere } from '../../support/processes/run-here.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** A new repository. */
async function scaffolded(...flags: readonly string[]): Promise<string> {
  const cwd = folders.make();
  const { exitCode, stderr } = await runHere(['init', ...flags], { cwd });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return cwd;
}

const textOf = (...path: readonly string[]) => readFileSync(join(...path), 'utf8');

function scriptsOf(repository: string): Record<string, string> {
  const { scripts } = JSON.parse(textOf(repository, 'package.json')) as { scripts: Record<string, string> };
  return scripts;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

/** The commands of the workflow, as the shell gets them from npm: without `npm ci`, which tests of the package do. */
function workflowCommands(repository: string): string[] {
  const workflow = parse(textOf(repository, '.github/workflows/sync.yml')) as Workflow;
  const runs = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  const [install, ...others] = runs;
  expect(install).toBe('npm ci');
  const scripts = scriptsOf(repository);
  return others.flatMap((command) => {
    const [, optional, name = '', rest = ''] =
      /^npm run --silent (--if-present )?(\S+)(?: -- (.*))?$/.exec(command) ?? [];
    const script = scripts[name];
    if (script === undefined) expect(optional).toBeDefined();
    return script === undefined ? [] : [`${script} ${rest}`.trim()];
  });
}

/** Runs a command of package.json. One with a pipe needs a shell, in which `gemini-sync-bridge` is this checkout's program. */
async function runScript(command: string, cwd: string) {
  const [program, ...args] = command.split(' ');
  expect(program).toBe('gemini-sync-bridge');
  if (!/[|>]/.test(command)) return runHere(args, { cwd });
  const bin = join(folders.make(), 'bin');
  mkdirSync(bin);
  const words = [process.execPath, ...programArguments([])].map((word) => `'${word}'`);
  writeFileSync(join(bin, 'gemini-sync-bridge'), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
  chmodSync(join(bin, 'gemini-sync-bridge'), 0o755);
  const env = { ...PROGRAM_ENV, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  return execa('/bin/sh', ['-c', command], { cwd, env, extendEnv: false, reject: false });
}

describe('a repository that init made', () => {
  test.each(INIT_SCHEDULES)('passes its own workflow when its scheduler is %s', async (schedule) => {
    const repository = await scaffolded('--schedule', schedule);
    const commands = workflowCommands(repository);
    expect(commands).toHaveLength(schedule === 'none' ? 2 : 3);
    for (const command of commands) {
      const { exitCode, stdout, stderr } = await runScript(command, repository);
      expect({ command, exitCode, stdout, stderr }).toMatchObject({ exitCode: 0 });
    }
    expect(existsSync(join(repository, '.gemini-sync-bridge'))).toBe(false);
  });

  test.each(INIT_SOURCES)(
    'has a valid connector for %s, whose variables are in .env.example',
    async (source) => {
      const repository = await scaffolded('--source', source, '--schedule', 'none');
      const names = [...textOf(repository, '.env.example').matchAll(/^(\w+)=$/gm)].map(
        ([, name = '']) => name,
      );
      const env = Object.fromEntries(names.map((name) => [name, '0123456789abcdef']));
      const { exitCode, stdout } = await runHere(['validate'], { cwd: repository, env });
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '1 file valid.\n' });
    },
  );

  test.each(INIT_SCHEDULES)('leaves no placeholder unfilled when its scheduler is %s', async (schedule) => {
    const repository = await scaffolded('--schedule', schedule);
    for (const path of fileNames(repository)) {
      expect(textOf(repository, path)).not.toMatch(/%[a-z]+%/);
    }
  });

  test('names schemas that the package has, in the connector and for the editor', async () => {
    const repository = await scaffolded();
    const named = [
      textOf(repository, 'connectors/documents.yaml'),
      textOf(repository, '.vscode/settings.json'),
    ]
      .flatMap((text) => [...text.matchAll(/\.\.?\/node_modules\/gemini-sync-bridge\/([\w./-]+)/g)])
      .map(([, path = '']) => path);
    expect(named).toHaveLength(2);
    for (const path of named) expect(existsSync(fileURLToPath(packageFile(path)))).toBe(true);
  });

  test('names only npm scripts that it has, and no program of a registry', async () => {
    const repository = await scaffolded();
    const scripts = Object.keys(scriptsOf(repository));
    for (const path of ['README.md', '.github/workflows/sync.yml', '.pre-commit-config.yaml']) {
      const text = textOf(repository, path);
      const used = [...text.matchAll(/npm run (?:--[\w-]+ )*([\w:-]+)/g)].map(([, name = '']) => name);
      expect(used.length).toBeGreaterThan(0);
      expect(scripts).toEqual(expect.arrayContaining(used));
      expect(text).not.toContain('npx');
    }
  });

  test('lists each of its files in its README.md', async () => {
    const repository = await scaffolded('--schedule', 'helm');
    const listed = [...textOf(repository, 'README.md').matchAll(/^\| `([^`]+)`/gm)].map(
      ([, name = '']) => name,
    );
    const missing = fileNames(repository).filter(
      (path) => !listed.some((name) => (name.endsWith('/') ? path.startsWith(name) : path === name)),
    );
    expect(missing).toEqual([]);
  });
});

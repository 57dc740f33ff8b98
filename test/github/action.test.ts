import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { parse } from 'yaml';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { programArguments, PROGRAM_ENV } from '../support/processes/run-cli.ts';
import { ROOT, textOf } from './workflow-files.ts';

interface ActionStep {
  readonly id?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly ActionStep[] };
}

const action = parse(textOf('action.yml')) as Action;
const [install, validate] = action.runs.steps.filter(({ run }) => run !== undefined);

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** Runs the script of a step as GitHub does, with `sh -e` and a file. */
async function runStep(
  step: ActionStep | undefined,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
) {
  expect(step?.shell).toBe('sh');
  const script = join(folders.make(), 'step.sh');
  writeFileSync(script, step?.run ?? '');
  return execa('sh', ['-e', script], { cwd, env, extendEnv: false, reject: false });
}

/** A folder with a program that writes its arguments, one per line. */
function binOf(name: string): string {
  const bin = folders.make();
  writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s\\n' "$@"\n`);
  chmodSync(join(bin, name), 0o755);
  return bin;
}

/** Runs the step `install` with an npm that only shows its arguments. */
async function runInstall(version: string) {
  const cwd = folders.make();
  const output = join(cwd, 'output');
  writeFileSync(output, '');
  const result = await runStep(install, cwd, {
    PATH: `${binOf('npm')}:${process.env['PATH'] ?? ''}`,
    VERSION: version,
    GITHUB_ACTION_PATH: cwd,
    GITHUB_OUTPUT: output,
    RUNNER_TEMP: '/runner temp',
  });
  return { cwd, exitCode: result.exitCode, stdout: result.stdout, output: readFileSync(output, 'utf8') };
}

const HARMFUL = [
  '$(touch harmed)',
  '0.2.0; touch harmed',
  '`touch harmed`',
  '0.2.0 --ignore-scripts=false',
  'https://example.com/x.tgz',
  '-g',
  '../x',
  "0.2.0'",
];

describe('the action', () => {
  test('passes inputs to scripts only as variables', () => {
    for (const { run = '', env = {} } of [install, validate].flatMap((step) => step ?? [])) {
      expect(run).not.toContain('${{');
      expect(Object.values(env).length).toBeGreaterThan(0);
    }
    expect(Object.keys(action.inputs).sort()).toEqual(['format', 'paths', 'version']);
  });

  test('builds the program from its own commit when no version is given', async () => {
    const { cwd, exitCode, stdout, output } = await runInstall('');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'ci\n--no-audit\n--no-fund' });
    expect(output).toBe(`program=${cwd}/bin/gemini-sync-bridge.cjs\n`);
  });

  test('installs the given version into a folder of the runner', async () => {
    const { exitCode, stdout, output } = await runInstall('0.2.0-rc.1');
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining(['install', '/runner temp/gemini-sync-bridge', 'gemini-sync-bridge@0.2.0-rc.1']),
    );
    expect(output).toMatch(/^program=\/runner temp\/.*\/bin\/gemini-sync-bridge\.cjs\n$/);
  });

  test.each(HARMFUL)('refuses a version that is not one: %s', async (version) => {
    const { exitCode, stdout, output } = await runInstall(version);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
    expect(stdout).toMatch(/^::error::The input version/);
  });

  test('passes each line of paths as one argument, whatever characters it has', async () => {
    const cwd = folders.make();
    const bin = binOf('node');
    const paths = [
      'my connectors',
      `it's "quoted"`,
      '$(touch harmed)',
      '`touch harmed`',
      '*',
      '--help',
      'a\\b',
    ];
    const { exitCode, stdout } = await runStep(validate, cwd, {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      PROGRAM: '/a folder/program.cjs',
      PATHS: `${paths.join('\n')}\n\n`,
      FORMAT: 'github',
    });
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '/a folder/program.cjs',
      'validate',
      '--format',
      'github',
      '--',
      ...paths,
    ]);
  });

  test('annotates an invalid connector and fails with the status of validate', async () => {
    const cwd = folders.make();
    mkdirSync(join(cwd, 'our connectors'));
    const valid = textOf('connectors/hr-employees.yaml');
    writeFileSync(join(cwd, 'our connectors', 'bad.yaml'), valid.replace('sql_pull', 'sql_push'));
    cpSync(join(ROOT, 'examples', 'handbook-open.yaml'), join(cwd, 'handbook.yaml'));
    // From the sources, the program needs options of Node before its file.
    const [program = '', ...options] = programArguments([]).toReversed();
    const { exitCode, stdout } = await runStep(validate, cwd, {
      ...PROGRAM_ENV,
      PATH: process.env['PATH'],
      NODE_OPTIONS: options.toReversed().join(' '),
      PROGRAM: program,
      PATHS: 'our connectors\nhandbook.yaml',
      FORMAT: action.inputs['format']?.default,
    });
    expect(exitCode).toBe(78);
    expect(stdout).toMatch(/^::error file=our connectors\/bad\.yaml,line=6,/m);
    expect(stdout).toContain('in 2 files.');
  });
});

import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { parse } from 'yaml';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { programArguments, PROGRAM_ENV } from '../support/processes/run-cli.ts';
import { ROOT, textOf } from './workflow-files.ts';

interface ActionStep {
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly ActionStep[] };
}

const action = parse(textOf('action.yml')) as Action;
const [build, validate] = action.runs.steps.filter(({ run }) => run !== undefined);

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

describe('the action', () => {
  test('passes inputs to scripts only as variables', () => {
    expect([build?.run, validate?.run].join('\n')).not.toContain('${{');
    expect(Object.keys(validate?.env ?? {})).toEqual(['PATHS', 'FORMAT']);
    expect(Object.keys(action.inputs).sort()).toEqual(['format', 'paths']);
  });

  test('builds the program from its own commit', async () => {
    const cwd = folders.make();
    const { exitCode, stdout } = await runStep(build, folders.make(), {
      PATH: `${binOf('npm')}:${process.env['PATH'] ?? ''}`,
      GITHUB_ACTION_PATH: cwd,
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'ci\n--no-audit\n--no-fund' });
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
      GITHUB_ACTION_PATH: '/a folder',
      PATHS: `${paths.join('\n')}\n\n`,
      FORMAT: 'github',
    });
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '/a folder/bin/gemini-sync-bridge.cjs',
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
    const options = programArguments([]).slice(0, -1);
    const { exitCode, stdout } = await runStep(validate, cwd, {
      ...PROGRAM_ENV,
      PATH: process.env['PATH'],
      NODE_OPTIONS: options.join(' '),
      GITHUB_ACTION_PATH: ROOT,
      PATHS: 'our connectors\nhandbook.yaml',
      FORMAT: action.inputs['format']?.default,
    });
    expect(exitCode).toBe(78);
    expect(stdout).toMatch(/^::error file=our connectors\/bad\.yaml,line=6,/m);
    expect(stdout).toContain('in 2 files.');
  });
});

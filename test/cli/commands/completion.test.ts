import { afterAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { runHere } from '../../support/processes/run-here.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** What bash offers for the last of some words after the program, in a folder with files. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const cwd = folders.make();
  const { exitCode, stdout, stderr } = await runHere(['completion', 'bash'], { cwd });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  writeFileSync(join(cwd, 'script'), stdout);
  mkdirSync(join(cwd, 'connectors here'));
  writeFileSync(join(cwd, 'people.yaml'), '');
  const call = `source ./script
COMP_WORDS=(gemini-sync-bridge "$@") COMP_CWORD=$#
"$(complete -p gemini-sync-bridge | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
for word in "\${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done`;
  const shown = execFileSync('bash', ['--norc', '-c', call, 'bash', ...words], { cwd, encoding: 'utf8' });
  return shown.split('\n').filter((line) => line !== '');
}

describe('the script for bash, sourced in bash', () => {
  test('completes commands and their subcommands', async () => {
    expect(await offered('')).toEqual(
      expect.arrayContaining(['run', 'validate', 'check-drift', 'completion', 'help']),
    );
    expect(await offered('ch')).toEqual(['check-drift']);
    expect(await offered('keys', '')).toEqual(['create', 'list', 'revoke', 'help']);
  });

  test('completes options of the command', async () => {
    expect(await offered('run', '--dr')).toEqual(['--dry-run']);
    expect(await offered('run', '--connector', 'run', '--js')).toEqual(['--json']);
    expect(await offered('migrate', '--dr')).toEqual([]);
  });

  test('completes the choices of an option, also after an equals sign', async () => {
    expect(await offered('run', '--progress', '')).toEqual(['auto', 'bar', 'plain', 'json', 'off']);
    expect(await offered('run', '--progress', '=', 'p')).toEqual(['plain']);
    expect(await offered('run', '--progress', '=')).toContain('auto');
    expect(await offered('completion', 'f')).toEqual(['fish']);
  });

  test('completes files where an option or an argument is a path, and nothing for other values', async () => {
    expect(await offered('run', '--connector', 'peo')).toEqual(['people.yaml']);
    expect(await offered('validate', 'conn')).toEqual(['connectors here']);
    expect(await offered('keys', 'create', '--connector', 'peo')).toEqual([]);
    expect(await offered('run', '--run-id', '')).toEqual([]);
  });
});

test.each([
  ['zsh', '#compdef gemini-sync-bridge', "'--progress=[progress on stderr]:value:(auto bar plain json off)'"],
  [
    'fish',
    'complete -c gemini-sync-bridge -f',
    "-l progress -x -a 'auto bar plain json off' -d 'progress on stderr'",
  ],
])('completion prints a script for %s with the choices of options', async (shell, start, choices) => {
  const { exitCode, stdout } = await runHere(['completion', shell], { cwd: folders.make() });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(start);
  expect(stdout).toContain(choices);
});

test('completion refuses a shell that it does not know, and names the others', async () => {
  const { exitCode, stderr } = await runHere(['completion', 'tcsh'], { cwd: folders.make() });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { runCli } from '../support/run-cli.ts';
import { runHere } from '../support/run-here.ts';
import { temporaryFolders } from '../support/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

const cli = (...args: string[]) => runHere(args, { cwd: folders.make() });

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

test.each(['--version', '-V'])('%s prints the version of the package', async (flag) => {
  const printed = await runCli([flag], { cwd: folders.make() });
  expect(printed).toMatchObject({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

describe('--help', () => {
  test('lists the subcommands', async () => {
    const { exitCode, stdout, stderr } = await cli('--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.match(/^ {2}(run|validate|doctor|explain|migrate|keys)\b/gm)).toHaveLength(6);
  });

  test.each(['run', 'validate', 'doctor', 'explain', 'migrate', 'keys'])(
    'of %s ends with its exit statuses and an example',
    async (name) => {
      const { exitCode, stdout, stderr } = await cli(name, '--help');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const end = stdout.slice(stdout.indexOf('Exit status'));
      expect(end).toMatch(/^Exit status(es)?:\n {2}0 +\S.*\n( {2}\d+ +\S.*\n)+\nExample:\n/);
      expect(end.slice(end.indexOf('Example:'))).toContain(`gemini-sync-bridge ${name}`);
    },
  );
});

describe('a wrong command line exits with 2, says why on stderr and points to --help', () => {
  test.each([
    [['--loud'], '--loud'],
    [['run', '--connector', 'a.yaml', '--loud'], '--loud'],
    [['run'], '--connector'],
    [['run', '--connector', 'a.yaml', 'b.yaml'], 'argument'],
    [['run', '--connector', 'a.yaml', '--allow-deletes', '-1'], '--allow-deletes'],
    [['run', '--connector', 'a.yaml', '--allow-deletes', '1.5'], 'whole number'],
    [['run', '--connector', 'a.yaml', '--run-id', '../up'], '--run-id'],
    [['explain', '--connector', 'a.yaml'], '--doc'],
    [['keys', 'create', '--name', 'a', '--right', 'fly'], 'fly'],
    [['sing'], 'sing'],
  ])('%j', async (args, named) => {
    const { exitCode, stdout, stderr } = await cli(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(named);
    expect(stderr).toContain('--help');
  });

  test('nothing at all shows the help', async () => {
    const { exitCode, stdout, stderr } = await cli();
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('Commands:');
  });
});

test('a variable that is wrong ends the program before it does anything', async () => {
  const { exitCode, stdout, stderr } = await runCli(['validate'], {
    cwd: folders.make(),
    env: { LOG_LEVEL: 'loud' },
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' });
  expect(stderr).toContain('ENVIRONMENT_INVALID: LOG_LEVEL is "loud"');
});

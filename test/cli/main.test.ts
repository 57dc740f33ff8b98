import { afterAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { runCli } from '../support/processes/run-cli.ts';
import { runHere } from '../support/processes/run-here.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

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
    [['run', '--conector', 'a.yaml'], "unknown option '--conector'\n(Did you mean --connector?)"],
    [['explain', '--connector', 'a.yaml'], '--doc'],
    [
      ['keys', 'create', '--name', 'a'],
      "'--right <right>' not specified. Allowed choices are push, read, author, operate",
    ],
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

describe('a weak key of the server', () => {
  const KEY = 'weak-key-4711';

  test('stops serve, which names the variable and what to do, without its value', async () => {
    const { exitCode, stdout, stderr } = await runHere(['serve', '--port', '0'], {
      cwd: folders.make(),
      env: { ADMIN_API_KEY: KEY },
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' });
    expect(stderr).toContain('ENVIRONMENT_INVALID: ADMIN_API_KEY must have at least 16 characters');
    expect(stderr).toContain('openssl rand -hex 32');
    expect(stderr).not.toContain(KEY);
  });

  test('stops no other command, and is not shown by one that fails', async () => {
    const env = { ADMIN_API_KEY: KEY, SESSION_SECRET: 'x', SSO_USER_HEADER: 'x-user' };
    const migrated = await runHere(['migrate'], { cwd: folders.make(), env });
    expect(migrated).toMatchObject({ exitCode: 0, stderr: '' });
    const run = await runHere(['run', '--connector', `${KEY}.yaml`], { cwd: folders.make(), env });
    expect(run).toMatchObject({ exitCode: 78, stderr: expect.stringContaining('CONNECTOR_') });
    expect(run.stderr).not.toContain(KEY);
  });

  test('is a warning of doctor', async () => {
    const { stdout, stderr } = await runHere(['doctor', '--json'], {
      cwd: folders.make(),
      env: {
        ADMIN_API_KEY: KEY,
        MAX_RETRIES: 'many',
        GCS_ENDPOINT: 'http://127.0.0.1:9',
        DISCOVERY_ENGINE_ENDPOINT: 'http://127.0.0.1:9',
      },
    });
    expect(stderr).toBe('');
    const { checks } = JSON.parse(stdout) as { checks: object[] };
    expect(checks.slice(0, 2)).toMatchObject([
      { subject: 'settings', status: 'fail', message: expect.stringContaining('MAX_RETRIES is "many"') },
      { subject: 'settings', status: 'warn', message: expect.stringContaining('ADMIN_API_KEY must have') },
    ]);
    expect(stdout).not.toContain(KEY);
  });
});

test('a wrong LOG_LEVEL, which all commands share, ends the program before it does anything', async () => {
  const { exitCode, stdout, stderr } = await runCli(['validate'], {
    cwd: folders.make(),
    env: { LOG_LEVEL: 'loud' },
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' });
  expect(stderr).toContain('ENVIRONMENT_INVALID: LOG_LEVEL is "loud"');
});

import { afterAll, expect, test } from '@jest/globals';
import { runCli } from './run-cli.ts';
import { temporaryFolders } from '../files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

test('shows the exit status and both outputs of the program', async () => {
  const result = await runCli(['--no-such-option'], { cwd: folders.make() });
  expect(result).toMatchObject({ exitCode: 2, signal: undefined, stdout: '' });
  expect(result.stderr).toContain('--no-such-option');
});

test('hides the secrets of the outer environment from the program', async () => {
  process.env['SECRET_HR_DB_CREDENTIALS'] = 'postgres://somebody@127.0.0.1:1/else';
  try {
    const connector = new URL('../../../connectors/hr-employees.yaml', import.meta.url).pathname;
    const result = await runCli(['run', '--connector', connector, '--local'], { cwd: folders.make() });
    expect(result.exitCode).toBe(78);
    expect(result.stderr).toContain('SECRET_HR_DB_CREDENTIALS');
  } finally {
    delete process.env['SECRET_HR_DB_CREDENTIALS'];
  }
});

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { DATA_STORE } from '../../support/files/google-workplace.ts';
import { connectorOf, type ConnectorChanges } from '../../support/files/workplace.ts';
import { startGoogleStandIn } from '../../stand-ins/google.ts';
import { runHere } from '../../support/processes/run-here.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** The lines of `doctor` about settings. The endpoints of Google on this machine need no credentials, so none are looked for. */
async function settingsLines(env: Readonly<Record<string, string>>): Promise<string[]> {
  const local = { GCS_ENDPOINT: 'http://127.0.0.1:9', DISCOVERY_ENGINE_ENDPOINT: 'http://127.0.0.1:9' };
  const { stdout } = await runHere(['doctor'], { cwd: folders.make(), env: { ...local, ...env } });
  return stdout
    .split('\n')
    .filter((line) => line.includes(' settings ') && !line.includes(local.GCS_ENDPOINT));
}

describe('doctor', () => {
  test('warns about each invalid variable that stops only other commands than run', async () => {
    const lines = await settingsLines({
      ADMIN_API_KEY: 'short',
      OPENAI_API_KEY: 'sk-with space',
      PUBLIC_URL: 'bridge.example.com',
      SYNC_REQUESTS_PER_MINUTE: 'many',
    });
    expect(lines).toEqual([
      expect.stringMatching(/^warn +settings +ADMIN_API_KEY .* `serve` does not start;/),
      expect.stringMatching(/^warn +settings +SYNC_REQUESTS_PER_MINUTE .* `serve` does not start;/),
      expect.stringMatching(/^warn +settings +PUBLIC_URL .* `serve` does not start;/),
      expect.stringMatching(/^warn +settings +OPENAI_API_KEY .* `kb` and `serve` do not start;/),
    ]);
    expect(lines.join('')).not.toContain('with space');
  });

  test('warns about an invalid address of the embedding API and an invalid origin', async () => {
    const lines = await settingsLines({
      OPENAI_BASE_URL: 'gateway.example.com/v1',
      SYNC_ALLOWED_ORIGINS: '*',
    });
    expect(lines).toEqual([
      expect.stringMatching(/^warn +settings +SYNC_ALLOWED_ORIGINS .* `serve` does not start;/),
      expect.stringMatching(/^warn +settings +OPENAI_BASE_URL .* `kb` and `serve` do not start;/),
    ]);
  });
});

describe('doctor --fix-commands', () => {
  const files = {
    type: 'file',
    path: '.',
    glob: '*.csv',
    format: 'csv',
    query: undefined,
    secretRef: undefined,
  };
  const connect = (cwd: string, changes: ConnectorChanges) => {
    const connector = connectorOf({ mode: 'file_pull', source: files, ...changes });
    writeFileSync(join(cwd, 'people.yaml'), JSON.stringify(connector));
  };
  const command = ['doctor', '--connector', 'people.yaml', '--fix-commands'];

  test('prints a script for what is missing on stdout, and the report on stderr', async () => {
    const google = await startGoogleStandIn({
      buckets: [],
      dataStores: [{ ...DATA_STORE, id: 'another' }],
      permissions: { purge: false },
    });
    const cwd = folders.make();
    connect(cwd, { output: { bucket: 'gs://company-sync' } });
    try {
      const { stdout, stderr } = await runHere(command, { cwd, env: google.env });
      execFileSync('/bin/sh', ['-n'], { input: stdout });
      expect(stderr).toMatch(/^fail +data store/m);
      expect(stdout.match(/^# [a-z ]+:/gm)).toEqual(['# data store:', '# deletes:', '# bucket:']);
      expect(stdout).toContain('dataStores?dataStoreId=people');
      expect(stdout).toContain('gcloud storage buckets create gs://company-sync');
      const asJson = await runHere([...command, '--json'], { cwd, env: google.env });
      const report = JSON.parse(asJson.stdout) as Record<
        'commands' | 'findings',
        { subject: string; remedy?: unknown }[]
      >;
      expect(report.commands.map(({ subject }) => subject)).toEqual(['data store', 'deletes', 'bucket']);
      expect(report.findings.filter((finding) => 'remedy' in finding)).toEqual([]);
    } finally {
      await google.close();
    }
  });

  test('prints nothing on stdout for a connector whose names are not valid', async () => {
    const cwd = folders.make();
    connect(cwd, { output: { bucket: 'gs://a;touch pwned' }, gemini: { projectId: '$(touch pwned)' } });
    const env = { GCS_ENDPOINT: 'http://127.0.0.1:9', DISCOVERY_ENGINE_ENDPOINT: 'http://127.0.0.1:9' };
    expect(await runHere(command, { cwd, env })).toMatchObject({ exitCode: 78, stdout: '' });
  });

  test.each([
    [['doctor', '--fix-commands'], /needs --connector/],
    [[...command, '--format', 'github'], /cannot be combined/],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stderr } = await runHere(args, { cwd: folders.make() });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});

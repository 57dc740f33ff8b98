import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { runHere } from '../../../support/processes/run-here.ts';

const folders = temporaryFolders();
const cwd = folders.make();
afterAll(() => {
  folders.removeAll();
});

function write(folder: string, name: string, kind: string, spec: object): void {
  const definition = { apiVersion: 'sync.gemini.io/v1alpha1', kind, metadata: { name }, spec };
  mkdirSync(join(cwd, folder), { recursive: true });
  writeFileSync(join(cwd, folder, `${name}.yaml`), JSON.stringify(definition));
}

const UNSCHEDULED = {
  mode: 'sql_pull',
  source: { type: 'postgres', secretRef: 'staff-db', query: 'SELECT id, name FROM staff' },
  mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}' },
  output: { bucket: 'gs://company-sync', prefix: 'staff', format: 'ndjson' },
  gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'staff' },
  reconciliation: { deletePolicy: 'auto_delete_missing' },
};
const CONNECTOR = { ...UNSCHEDULED, schedule: '0 * * * *' };
const APP = {
  appKey: 'crm_eu',
  schedule: '30 2 * * *',
  baseUrl: 'https://crm.example.com',
  secretRef: 'crm-key',
  collections: [{ key: 'contacts', path: '/contacts', recordsPath: 'data' }],
};

beforeAll(() => {
  write('connectors', 'staff', 'Connector', CONNECTOR);
  write('connectors', 'crm', 'App', APP);
  write('unscheduled', 'by-hand', 'Connector', UNSCHEDULED);
  write('zoned', 'london', 'Connector', { ...CONNECTOR, timeZone: 'Europe/London' });
});

const generate = (...args: string[]) => runHere(['generate', 'pg-cron', ...args], { cwd });

describe('generate pg-cron', () => {
  test('writes the jobs of all definitions of CONNECTORS_DIR, an app under its key', async () => {
    const { exitCode, stdout } = await generate();
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`cron.schedule('gemini-sync-bridge connector staff', '0 * * * *'`);
    expect(stdout).toContain(`cron.schedule('gemini-sync-bridge app crm_eu', '30 2 * * *'`);
    expect(stdout).toContain(`(''crm_eu'', ''incremental'', ''schedule'')`);
  });

  test('writes only the jobs of the kind that --kind names', async () => {
    const { stdout } = await generate('--kind', 'App');
    expect(stdout).toContain(`cron.schedule('gemini-sync-bridge app crm_eu'`);
    expect(stdout).not.toContain(`cron.schedule('gemini-sync-bridge connector`);
  });

  test('names a definition without a schedule on stderr, because stdout is SQL', async () => {
    const { exitCode, stdout, stderr } = await generate('unscheduled');
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('by-hand');
    expect(stderr).toMatch(
      /^skip +unscheduled\/by-hand\.yaml:1 +spec\.schedule +by-hand has no schedule: it gets no job\.\n/,
    );
  });

  test('writes nothing, and names the file and the field, if a time zone is not supported', async () => {
    const { exitCode, stdout, stderr } = await generate('zoned');
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' });
    expect(stderr).toContain('zoned/london.yaml: spec.timeZone is Europe/London');
  });
});

test('worker refuses a concurrency that is not a whole number of at least 1', async () => {
  const { exitCode, stderr } = await runHere(['worker', '--concurrency', '0'], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Must be a whole number from 1 to 64.');
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/core/exit-status.ts';
import { listAt, type JsonObject } from '../support/files/json.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { CHART, resourcesOf, startHelm, type Helm } from '../support/helm/helm.ts';
import { INSTALLATION_MS, render, yamlObject } from '../support/helm/rendered-chart.ts';
import { runHere } from '../support/processes/run-here.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const JOB = { schedule: '0 1 * * *', connectorPath: 'connectors/a.yaml', enabled: true };

const folders = temporaryFolders();
let helm: Helm;

beforeAll(async () => {
  helm = await startHelm();
}, INSTALLATION_MS);
afterAll(() => {
  folders.removeAll();
});

describe('values that the chart refuses', () => {
  test.each<[string, JsonObject, string]>([
    ['a wrong type', { serve: { replicas: 'two' } }, "at '/serve/replicas': got string, want integer"],
    ['an unknown key', { serve: { replica: 2 } }, "additional properties 'replica' not allowed"],
    [
      'a missing key of a job',
      { scheduleJobs: [{ ...JOB }] },
      "at '/scheduleJobs/0': missing property 'name'",
    ],
    [
      'a job that is enabled by a string',
      { scheduleJobs: [{ ...JOB, name: 'a', enabled: 'yes' }] },
      "at '/scheduleJobs/0/enabled': got string, want boolean",
    ],
    [
      'a name of 53 characters',
      { scheduleJobs: [{ ...JOB, name: 'a'.repeat(53) }] },
      "at '/scheduleJobs/0/name': maxLength",
    ],
    ['a name that is not a label', { scheduleJobs: [{ ...JOB, name: 'HR_1' }] }, "at '/scheduleJobs/0/name'"],
    [
      'a schedule of six fields',
      { scheduleJobs: [{ ...JOB, name: 'a', schedule: '0 0 1 * * *' }] },
      "at '/scheduleJobs/0/schedule'",
    ],
    ['a secret in a plain variable', { env: { SECRET_HR: 'x' } }, "invalid propertyName 'SECRET_HR'"],
    ['root', { user: 0 }, "at '/user'"],
    [
      'a name of two jobs',
      {
        scheduleJobs: [
          { ...JOB, name: 'a' },
          { ...JOB, name: 'a' },
        ],
      },
      'scheduleJobs[1].name: "a" is also the name of scheduleJobs[0]',
    ],
    [
      'two places of definitions',
      { connectors: { configMap: 'a', files: { 'b.yaml': '' } } },
      'connectors.configMap and connectors.files are set',
    ],
    [
      'an external secret without a store',
      { secrets: { externalSecret: { enabled: true } } },
      'secretStoreRef.name is empty',
    ],
  ])('are reported with their place: %s', async (_case, values, message) => {
    const { ok, output } = await helm.template(values);
    expect(ok).toBe(false);
    expect(output).toContain(message);
  });
});

describe('the values that generate helm-values writes', () => {
  test('are accepted by the chart, which makes a CronJob for each definition', async () => {
    const cwd = folders.make();
    const values = join(cwd, 'values.yaml');
    writeFileSync(values, readFileSync(join(CHART, 'values.yaml')));
    const paths = ['connectors', 'examples'].map((name) => join(ROOT, name));
    const { exitCode } = await runHere(['generate', 'helm-values', ...paths, '--values', values], { cwd });
    expect(exitCode).toBe(EXIT.done);
    const text = readFileSync(values, 'utf8');
    const jobs = listAt(yamlObject(text), 'scheduleJobs');
    expect(jobs.length).toBeGreaterThan(5);
    const yaml = await render(helm, yamlObject(text));
    expect(resourcesOf(yaml).filter(({ kind }) => kind === 'CronJob')).toHaveLength(jobs.length);
  });
});

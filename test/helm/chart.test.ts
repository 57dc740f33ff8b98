import { beforeAll, describe, expect, test } from '@jest/globals';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES } from '../../src/core/exit-status.ts';
import { isJsonObject, listAt, objectAt } from '../support/files/json.ts';
import { resourcesOf, startHelm, type Helm } from '../support/helm/helm.ts';
import {
  containerOf,
  containersOf,
  EVERY_OPTION,
  INSTALLATION_MS,
  objectsIn,
  podsIn,
  render,
  resourceNamed,
  variablesOf,
} from '../support/helm/rendered-chart.ts';

let helm: Helm;
let defaults = '';
let rendered = '';

beforeAll(async () => {
  helm = await startHelm();
  defaults = await render(helm, {});
  rendered = await render(helm, EVERY_OPTION);
}, INSTALLATION_MS);

const cronJob = (name: string) => resourceNamed(rendered, 'CronJob', name);

describe('the rendered chart', () => {
  test('is valid for the oldest and the newest Kubernetes, with the defaults and with every option', async () => {
    expect(await helm.validate(`${defaults}\n---\n${rendered}`)).toEqual({ ok: true, output: '' });
  });

  test('is not valid with a misspelt field', async () => {
    const { ok, output } = await helm.validate(rendered.replace('concurrencyPolicy', 'concurencyPolicy'));
    expect(ok).toBe(false);
    expect(output).toContain('concurencyPolicy');
  });

  test('gives no pod rights: no root, no token, no capabilities, no writable file system, bounded memory', () => {
    const pods = [...podsIn(resourcesOf(defaults)), ...podsIn(resourcesOf(rendered))];
    // The server, the migrations and the test; with every option, four jobs more.
    expect(pods).toHaveLength(3 + 7);
    for (const pod of pods) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(Number(objectAt(pod, 'securityContext')['runAsUser'])).toBeGreaterThanOrEqual(10_000);
      for (const container of containersOf(pod)) {
        expect(container).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { limits: { memory: expect.any(String) } },
        });
      }
    }
  });

  test('has secrets in no argument, in no plain variable and in no ConfigMap', () => {
    const secret = /SECRET_|DATABASE_URL|API_KEY|TOKEN|WEBHOOK/;
    for (const container of podsIn([...resourcesOf(defaults), ...resourcesOf(rendered)]).flatMap(
      containersOf,
    )) {
      expect(JSON.stringify([container['command'], container['args']])).not.toMatch(secret);
      const plain = listAt(container, 'env').filter((each) => isJsonObject(each) && 'value' in each);
      expect(JSON.stringify(plain)).not.toMatch(secret);
    }
    const configMaps = resourcesOf(rendered).filter(({ kind }) => kind === 'ConfigMap');
    expect(configMaps.map(({ data }) => data)).toEqual([{ 'hr.yaml': 'kind: Connector\n' }]);
  });

  test('migrates in a hook that uses nothing which the chart creates after it', () => {
    const job = resourceNamed(rendered, 'Job', 'bridge-gemini-sync-bridge-migrate');
    const secret = resourceNamed(rendered, 'ExternalSecret', 'bridge-gemini-sync-bridge-migrate');
    const [pod] = podsIn(job);
    expect(pod).toMatchObject({ serviceAccountName: 'default' });
    expect(JSON.stringify(job)).toContain(
      '"secretKeyRef":{"name":"bridge-gemini-sync-bridge-migrate","key":"DATABASE_URL"}',
    );
    for (const hook of [job, secret]) {
      expect(hook).toMatchObject({
        metadata: { annotations: { 'helm.sh/hook': 'pre-install,pre-upgrade' } },
      });
    }
  });
});

describe('a CronJob of the chart', () => {
  test('runs each kind by its own command, under the id of its Job, with its arguments', () => {
    const runId = ['--run-id', '$(JOB_ID)'];
    expect(containerOf(cronJob('hr-employees'))['args']).toEqual([
      ...['run', '--connector', 'connectors/hr.yaml'],
      ...runId,
    ]);
    expect(listAt(containerOf(cronJob('paused')), 'args').at(-1)).toBe('--full');
    expect(containerOf(cronJob('products'), 0)['args']).toEqual(['kb', 'apply', 'connectors/products.yaml']);
    expect(containerOf(cronJob('products'), 1)['args']).toEqual([
      ...['kb', 'sync', '--source', 'products', '--until-done'],
      ...runId,
    ]);
    expect(containerOf(cronJob('crm'))['args']).toEqual([
      ...['sync', '--file', 'connectors/crm.yaml'],
      ...runId,
    ]);
  });

  test('has the schedule, the time zone, the pause and the deadlines of its entry, and never overlaps', () => {
    expect(cronJob('hr-employees')).toMatchObject({
      spec: {
        schedule: '0 */3 * * *',
        timeZone: 'UTC',
        suspend: false,
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 86_400,
      },
    });
    expect(cronJob('paused')).toMatchObject({
      spec: { suspend: true, jobTemplate: { spec: { backoffLimit: 0, activeDeadlineSeconds: 60 } } },
    });
    expect(cronJob('products')).toMatchObject({
      spec: { timeZone: 'Europe/London', startingDeadlineSeconds: 60 },
    });
  });

  test('gets only its own secrets, the shared ones and the database, or all secrets if its entry lists none', () => {
    expect(variablesOf(containerOf(cronJob('hr-employees'))).slice(-6)).toEqual([
      'DATABASE_URL',
      'SECRET_HR',
      'MANAGED_SECRET_ENCRYPTION_KEY',
      'SPLUNK_HEC_TOKEN',
      'TEAMS_WEBHOOK_URL',
      'OPENAI_API_KEY',
    ]);
    expect(containerOf(cronJob('hr-employees'))['envFrom']).toBeUndefined();
    expect(containerOf(cronJob('crm'))['envFrom']).toEqual([{ secretRef: { name: 'gemini-sync-bridge' } }]);
  });

  test('retries only the exit statuses whose reaction is a retry, and evictions', () => {
    const retried = EXIT_NAMES.filter((name) =>
      ['retry', 'run again if needed'].includes(EXIT_MEANINGS[name].reaction),
    );
    const policies = objectsIn(resourcesOf(rendered)).filter((object) => 'podFailurePolicy' in object);
    expect(policies).toHaveLength(5);
    for (const { podFailurePolicy } of policies) {
      expect(podFailurePolicy).toEqual({
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          {
            action: 'FailJob',
            onExitCodes: { operator: 'NotIn', values: retried.map((name) => EXIT[name]) },
          },
        ],
      });
    }
  });
});

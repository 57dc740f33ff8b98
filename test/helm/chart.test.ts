import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES } from '../../src/core/exit-status.ts';
import { eventually } from '../support/eventually.ts';
import { isJsonObject, listAt, objectAt, textAt, type JsonObject } from '../support/files/json.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { CHART, resourcesOf, startHelm, type Helm } from '../support/helm/helm.ts';
import { runHere } from '../support/processes/run-here.ts';

/** helm is built from its source if neither CI nor an earlier run of the tests did that. */
const INSTALLATION_MS = 1_200_000;
const ROOT = join(import.meta.dirname, '..', '..');
const JOB = { schedule: '0 1 * * *', connectorPath: 'connectors/a.yaml', enabled: true };

const folders = temporaryFolders();
const whole = objectOf(readFileSync(join(import.meta.dirname, 'values.yaml'), 'utf8'));
let helm: Helm;
let defaults = '';
let rendered = '';

beforeAll(async () => {
  helm = await startHelm();
  defaults = await render({});
  rendered = await render(whole);
}, INSTALLATION_MS);
afterAll(() => {
  folders.removeAll();
});

function objectOf(yaml: string): JsonObject {
  const value: unknown = parse(yaml);
  return isJsonObject(value) ? value : {};
}

async function render(values: JsonObject): Promise<string> {
  const { ok, output } = await helm.template(values);
  if (!ok) throw new Error(output);
  return output;
}

/** All objects within a value, and the value itself. */
function objectsIn(value: unknown): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isJsonObject(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}

const podsIn = (yaml: string) =>
  resourcesOf(yaml)
    .flatMap(objectsIn)
    .filter((object) => Array.isArray(object['containers']));
const containersOf = (pod: JsonObject) =>
  [...listAt(pod, 'initContainers'), ...listAt(pod, 'containers')].flatMap((each) =>
    isJsonObject(each) ? [each] : [],
  );
const containersIn = (yaml: string) => podsIn(yaml).flatMap(containersOf);

function named(yaml: string, kind: string, name: string): JsonObject {
  const found = resourcesOf(yaml).find(
    (resource) => resource['kind'] === kind && objectAt(resource, 'metadata')['name'] === name,
  );
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
  return found;
}

const cronJob = (name: string) => named(rendered, 'CronJob', name);
const containerOf = (resource: JsonObject, index = 0) =>
  objectsIn(resource).flatMap((object) => (Array.isArray(object['containers']) ? containersOf(object) : []))[
    index
  ] ?? {};
const variablesOf = (container: JsonObject) =>
  listAt(container, 'env').flatMap((each) => (isJsonObject(each) ? (textAt(each, 'name') ?? []) : []));

describe('the rendered chart', () => {
  test('is valid for the oldest and the newest Kubernetes, with the defaults and with every option', async () => {
    expect(await helm.validate(`${defaults}\n---\n${rendered}`)).toEqual({ ok: true, output: '' });
  });

  test('would not be valid with a misspelt field', async () => {
    const { ok, output } = await helm.validate(rendered.replace('concurrencyPolicy', 'concurencyPolicy'));
    expect(ok).toBe(false);
    expect(output).toContain('concurencyPolicy');
  });

  test('has no rights in any pod: no root, no token, no capabilities, no writable file system, bounded memory', () => {
    const pods = [...podsIn(defaults), ...podsIn(rendered)];
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
    for (const container of [...containersIn(defaults), ...containersIn(rendered)]) {
      expect(JSON.stringify([container['command'], container['args']])).not.toMatch(secret);
      const plain = listAt(container, 'env').filter((each) => isJsonObject(each) && 'value' in each);
      expect(JSON.stringify(plain)).not.toMatch(secret);
    }
    const configMaps = resourcesOf(rendered).filter(({ kind }) => kind === 'ConfigMap');
    expect(configMaps.map(({ data }) => data)).toEqual([{ 'hr.yaml': 'kind: Connector\n' }]);
  });

  test('migrates in a hook that uses nothing which the chart creates after it', () => {
    const job = named(rendered, 'Job', 'bridge-gemini-sync-bridge-migrate');
    const secret = named(rendered, 'ExternalSecret', 'bridge-gemini-sync-bridge-migrate');
    const [pod] = objectsIn(job).filter((object) => Array.isArray(object['containers']));
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

  test('gets only its own secrets, the shared ones and the database; all if its entry lists none', () => {
    expect(variablesOf(containerOf(cronJob('hr-employees'))).slice(-5)).toEqual([
      'DATABASE_URL',
      'SECRET_HR',
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

describe('the command of a job', () => {
  /** Starts the command of the rendered job with a program that does what `program` says. */
  function start(program: string, variables: Readonly<Record<string, string>> = {}) {
    const folder = folders.make();
    const fake = join(folder, 'gemini-sync-bridge');
    writeFileSync(fake, `#!/bin/sh\n${program}\n`);
    chmodSync(fake, 0o755);
    const [command, ...args] = listAt(containerOf(cronJob('hr-employees')), 'command').map(String);
    const message = join(folder, 'message');
    const child = spawn(command ?? '', [...args, 'run', '--connector', 'a b.yaml'], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, TERMINATION_LOG: message, ...variables },
    });
    const ended = new Promise<{ code: number | null; message: string }>((resolve) => {
      child.on('close', (code) => {
        resolve({ code, message: textOf(message) });
      });
    });
    return { child, ended, folder };
  }

  function textOf(file: string): string {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  }

  test('succeeds with a message if deletes are held or rows are quarantined, and fails if that is asked for', async () => {
    expect(await start('exit 3').ended).toEqual({
      code: 0,
      message: expect.stringMatching(/^HELD: deletes are held/),
    });
    expect(await start('exit 4').ended).toEqual({ code: 0, message: expect.stringMatching(/^PARTIAL: /) });
    expect((await start('exit 3', { FAIL_ON_HELD: 'true', FAIL_ON_PARTIAL: 'false' }).ended).code).toBe(3);
    expect((await start('exit 4', { FAIL_ON_HELD: 'false', FAIL_ON_PARTIAL: 'true' }).ended).code).toBe(4);
  });

  test('ends as the program does otherwise, without a message, and passes on its arguments', async () => {
    const { ended, folder } = start('printf "%s\\n" "$@" >args; exit 75');
    expect(await ended).toEqual({ code: 75, message: '' });
    expect(textOf(join(folder, 'args'))).toBe('run\n--connector\na b.yaml\n');
    expect((await start('exit 0').ended).code).toBe(0);
  });

  test('passes SIGTERM on to the program, and waits for its end', async () => {
    const { child, ended, folder } = start(
      'trap "sleep 0.2; echo released >lease; exit 143" TERM; touch ready; while :; do sleep 0.05; done',
    );
    await eventually('the program is ready', () => existsSync(join(folder, 'ready')));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    expect(textOf(join(folder, 'lease'))).toBe('released\n');
  });
});

describe('the pod of helm test', () => {
  test('succeeds only if the server is ready', async () => {
    const container = containerOf(named(defaults, 'Pod', 'bridge-gemini-sync-bridge-test'));
    const [, ...options] = listAt(container, 'command').map(String);
    const args = [...options, ...listAt(container, 'args').map(String)];
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/readyz' ? 200 : 404).end('ready');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const check = (url: string) => promisify(execFile)(process.execPath, args, { env: { SERVER: url } });
    try {
      expect((await check(`http://127.0.0.1:${port}`)).stdout).toBe('200 ready\n');
      await expect(check(`http://127.0.0.1:${port}/other`)).rejects.toMatchObject({ code: 1 });
    } finally {
      server.close();
    }
  });
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
    const jobs = listAt(objectOf(text), 'scheduleJobs');
    expect(jobs.length).toBeGreaterThan(5);
    const yaml = await render(objectOf(text));
    expect(resourcesOf(yaml).filter(({ kind }) => kind === 'CronJob')).toHaveLength(jobs.length);
  });
});

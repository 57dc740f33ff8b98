import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES, type Reaction } from '../../../src/core/exit-status.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { objectAt, objectsIn, textAt } from '../../support/kestra/fields.ts';
import { repositoryFlow } from '../../support/kestra/flow.ts';
import { scriptOf, taskCalled } from '../../support/kestra/tasks.ts';

const FLOW = repositoryFlow('run_definition.yaml');
const SCRIPT = scriptOf(FLOW, 'sync');

/** Stands in for node: records its arguments and the variables that it got, and ends with a status. */
const FAKE_NODE = `#!/bin/sh
printf '%s\\n' "$*" >> "$RECORD/arguments"
printf %s "$DATABASE_URL" > "$RECORD/DATABASE_URL"
printf %s "$SECRET_HR_DB" > "$RECORD/SECRET_HR_DB"
printf %s "\${GSB_SECRETS-unset}\${GSB_STATE-unset}" > "$RECORD/encoded"
case "$*" in
  *" kb apply "*) exit "$APPLY_STATUS" ;;
esac
exit "$STATUS"
`;

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

let home: string;
beforeEach(() => {
  home = folders.make();
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin', 'gemini-sync-bridge.js'), '');
  mkdirSync(join(home, 'path'));
  writeFileSync(join(home, 'path', 'node'), FAKE_NODE);
  chmodSync(join(home, 'path', 'node'), 0o755);
});

/** Runs the commands of the task as Kestra's Process runner does, with what it renders into env. */
async function runTask(env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await execa('/bin/sh', ['-c', SCRIPT], {
    extendEnv: false,
    reject: false,
    env: {
      PATH: `${join(home, 'path')}:${process.env['PATH'] ?? ''}`,
      RECORD: home,
      STATUS: '0',
      APPLY_STATUS: '0',
      GSB_HOME: home,
      GSB_STATE: base64('postgres://state'),
      GSB_SECRETS: `HR_DB=${base64('postgres://hr')} `,
      GSB_KIND: 'Connector',
      GSB_NAME: 'hr',
      GSB_FILE: 'connectors/hr.yaml',
      GSB_RUN_ID: 'r1',
      GSB_ALLOW_DELETES: '0',
      GSB_FULL: 'false',
      GSB_DRY_RUN: 'false',
      GSB_RESEND: 'false',
      GSB_RECONCILE_FULL: 'false',
      GSB_PUSH_RUN_ID: '',
      ...env,
    },
  });
  return { exitCode, stdout, stderr, outputs: outputsIn(stdout), calls: callsRecorded() };
}

function callsRecorded(): string[] {
  const file = join(home, 'arguments');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
}

/** The outputs that Kestra reads: of lines that are `::{…}::` as a whole. */
function outputsIn(stdout: string): unknown {
  const lines = stdout.split('\n').flatMap((line) => /^::(\{.*\})::$/.exec(line)?.[1] ?? []);
  const parsed = lines.map((line) => JSON.parse(line) as { readonly outputs: object });
  return Object.assign({}, ...parsed.map(({ outputs }) => outputs)) as unknown;
}

const statusesWith = (...reactions: readonly Reaction[]) =>
  EXIT_NAMES.filter((name) => reactions.includes(EXIT_MEANINGS[name].reaction)).map((name) => EXIT[name]);

describe('the task sync of run_definition', () => {
  const RETRIED: readonly number[] = statusesWith('retry', 'run again if needed');

  test.each(Object.values(EXIT))(
    'leaves exit status %i to a retry or hands it on, as its table says',
    async (status) => {
      const { exitCode, outputs } = await runTask({ STATUS: String(status) });
      const isRetried = RETRIED.includes(status);
      expect(exitCode).toBe(isRetried ? status : 0);
      expect(outputs).toEqual(isRetried ? {} : { exit_status: status });
    },
  );

  test.each([
    ['Connector', {}, ['run --connector connectors/hr.yaml --run-id r1']],
    ['KnowledgeSource', {}, ['kb apply connectors/hr.yaml', 'kb sync --source hr --until-done --run-id r1']],
    ['App', {}, ['sync --file connectors/hr.yaml --run-id r1']],
    ['Connector', { GSB_FULL: 'true' }, ['run --connector connectors/hr.yaml --run-id r1 --full']],
    [
      'KnowledgeSource',
      { GSB_FULL: 'true', GSB_ALLOW_DELETES: '40' },
      [
        'kb apply connectors/hr.yaml',
        'kb sync --source hr --until-done --run-id r1 --restart --allow-deletes 40',
      ],
    ],
    ['App', { GSB_DRY_RUN: 'true' }, ['sync --file connectors/hr.yaml --run-id r1 --dry-run']],
    [
      'App',
      { GSB_ALLOW_DELETES: '9' },
      ['sync --file connectors/hr.yaml --run-id r1 --full --allow-deletes 9'],
    ],
    [
      'Connector',
      {
        GSB_FILE: "my connectors/it's $(x).yaml",
        GSB_ALLOW_DELETES: '2000',
        GSB_RESEND: 'true',
        GSB_DRY_RUN: 'true',
        GSB_PUSH_RUN_ID: 'p1',
      },
      [
        "run --connector my connectors/it's $(x).yaml --run-id r1 --allow-deletes 2000 --dry-run --resend --push-run-id p1",
      ],
    ],
    [
      'Connector',
      { GSB_RECONCILE_FULL: 'true' },
      ['run --connector connectors/hr.yaml --run-id r1 --reconcile-full'],
    ],
  ] as const)('runs the command of the kind %s with %j', async (kind, env, commands) => {
    const { calls, stderr } = await runTask({ GSB_KIND: kind, ...env });
    expect(calls).toEqual(commands.map((command) => `bin/gemini-sync-bridge.js ${command}`));
    expect(stderr).toBe('');
  });

  test('does not sync a knowledge source whose file could not be applied', async () => {
    const refused = await runTask({ GSB_KIND: 'KnowledgeSource', APPLY_STATUS: '78' });
    expect(refused).toMatchObject({ exitCode: 0, outputs: { exit_status: 78 } });
    expect(refused.calls).toHaveLength(1);
    const busy = await runTask({ GSB_KIND: 'KnowledgeSource', APPLY_STATUS: '75' });
    expect(busy).toMatchObject({ exitCode: 75, outputs: {} });
  });

  test('passes secrets on unchanged, whatever they contain, and only decoded', async () => {
    const secret = `a"b'c\\d $(e) {{ 1 + 1 }} {% f %} {# g #}\nh=ü`;
    await runTask({
      GSB_SECRETS: `OTHER=${base64('x')} HR_DB=${base64(secret)} `,
      GSB_STATE: base64(secret),
    });
    expect(readFileSync(join(home, 'SECRET_HR_DB'), 'utf8')).toBe(secret);
    expect(readFileSync(join(home, 'DATABASE_URL'), 'utf8')).toBe(secret);
    expect(readFileSync(join(home, 'encoded'), 'utf8')).toBe('unsetunset');
  });

  test('runs a definition without secrets', async () => {
    expect(await runTask({ GSB_SECRETS: '' })).toMatchObject({ exitCode: 0, outputs: { exit_status: 0 } });
  });

  test('never takes the name of a secret for a pattern of file names', async () => {
    writeFileSync(join(home, `HR_DB=${base64('forged')}`), '');
    const { outputs, calls } = await runTask({ GSB_SECRETS: `HR_*=${base64('forged')} ` });
    expect(outputs).toMatchObject({ exit_status: 2, error_message: expect.stringMatching(/names such as/) });
    expect(calls).toEqual([]);
  });

  test('uses the installed package in a folder that is not a checkout', async () => {
    const installed = folders.make();
    mkdirSync(join(installed, 'node_modules', 'gemini-sync-bridge', 'bin'), { recursive: true });
    writeFileSync(join(installed, 'node_modules', 'gemini-sync-bridge', 'bin', 'gemini-sync-bridge.js'), '');
    const { calls } = await runTask({ GSB_HOME: installed });
    expect(calls).toEqual([
      'node_modules/gemini-sync-bridge/bin/gemini-sync-bridge.js run --connector connectors/hr.yaml --run-id r1',
    ]);
  });

  test.each([
    ['no folder', { GSB_HOME: '/no-such-folder' }, 78, /folder of ENV_GSB_HOME does not exist/],
    ['no program', { GSB_HOME: '/' }, 78, /does not contain gemini-sync-bridge/],
    ['no node', { PATH: '/no-such-folder' }, 78, /Node.js is not installed/],
    ['a bad secret name', { GSB_SECRETS: 'a;b=eA==' }, 2, /names such as HR_DB_CREDENTIALS/],
    ['an unknown kind', { GSB_KIND: 'Konnector' }, 2, /Connector, KnowledgeSource or App/],
    [
      'a dry run of a knowledge source',
      { GSB_KIND: 'KnowledgeSource', GSB_DRY_RUN: 'true' },
      2,
      /no dry run/,
    ],
    ['a resend of an app', { GSB_KIND: 'App', GSB_RESEND: 'true' }, 2, /for connectors only/],
  ] as const)('ends without a retry, and says why, with %s', async (_, env, status, message) => {
    const { exitCode, outputs, calls } = await runTask(env);
    expect(exitCode).toBe(0);
    expect(outputs).toMatchObject({ exit_status: status, error_message: expect.stringMatching(message) });
    expect(calls).toEqual([]);
  });
});

describe('the inputs of run_definition', () => {
  const validators = objectsIn(FLOW.fields['inputs'])
    .filter(({ type }) => type === 'STRING')
    .map((input) => [textAt(input, 'id'), new RegExp(textAt(input, 'validator'))] as const);

  test.each(validators)('%s refuses expressions, which Kestra would evaluate in env', (_, validator) => {
    for (const expression of ["{{ secret('OTHER') }}", 'a{% raw %}', 'a{# b #}', 'a{{ 1 }}', 'a\n{{ 1 }}']) {
      expect(validator.test(expression)).toBe(false);
    }
  });

  test('take ids of runs and paths of files', () => {
    const byId = new Map(validators);
    expect([...byId.keys()]).toEqual(['name', 'file', 'run_id', 'push_run_id']);
    for (const id of ['run_id', 'push_run_id']) {
      for (const value of ['', '4fGh2', 'push-8c1d2f', '20260101T000000Z-0a1b2c3d']) {
        expect(byId.get(id)?.test(value)).toBe(true);
      }
    }
    expect(byId.get('file')?.test("my connectors/it's $(x) {y}.yaml")).toBe(true);
  });
});

describe('the task outcome of run_definition', () => {
  const cases = objectAt(taskCalled(FLOW, 'outcome'), 'cases');

  test('ends as a warning for statuses that need a person or a warning, and fails for all unknown ones', () => {
    const allowed = Object.entries(cases).flatMap(([status, tasks]) =>
      objectsIn(tasks).some((task) => task['allowFailure'] === true) ? [Number(status)] : [],
    );
    expect(allowed).toEqual(statusesWith('ask a person', 'warn'));
    expect(Object.keys(cases).map(Number)).toEqual([...statusesWith('go on'), ...allowed]);
    const [failed = {}] = objectsIn(taskCalled(FLOW, 'outcome')['defaults']);
    expect(failed).not.toHaveProperty('allowFailure');
  });

  test('has the code, the message and the hint of a failure, and the input that releases held deletes', () => {
    const message = textAt(taskCalled(FLOW, 'failed'), 'errorMessage');
    for (const output of ['exit_status', 'error_code', 'error_message', 'error_hint']) {
      expect(message).toContain(`outputs.sync.vars.${output} ??`);
    }
    expect(textAt(taskCalled(FLOW, 'held'), 'errorMessage')).toContain('allow_deletes=');
  });
});

describe('the flow ci_validate', () => {
  test('ends with the exit status of validate', async () => {
    const script = scriptOf(repositoryFlow('ci_validate.yaml'), 'validate');
    const env = {
      PATH: `${join(home, 'path')}:${process.env['PATH'] ?? ''}`,
      RECORD: home,
      GSB_HOME: home,
      STATUS: '78',
    };
    const { exitCode } = await execa('/bin/sh', ['-c', script], { extendEnv: false, reject: false, env });
    expect(exitCode).toBe(78);
    expect(callsRecorded()).toEqual(['bin/gemini-sync-bridge.js validate']);
  });
});

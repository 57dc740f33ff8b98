import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { check, resolveConfig } from 'prettier';
import { KIND_NAMES } from '../../../src/definitions/files/kind-names.ts';
import { withHeader } from '../../../src/schedules/generated-file.ts';
import { kestraFlows } from '../../../src/schedules/kestra/flows.ts';
import type { Schedulable } from '../../../src/schedules/schedulable.ts';
import { objectAt, objectsIn } from '../../support/kestra/fields.ts';
import { flowOf, FLOWS_FOLDER, repositoryFlows, type Flow } from '../../support/kestra/flow.ts';
import { RUN_RULES } from '../../support/kestra/run-rules.ts';
import { HR_EMPLOYEES } from '../../support/definitions/schedulable.ts';
import { SCHEMA_RULES } from '../../support/kestra/schema-rules.ts';

function generatedFlow(changes: Partial<Schedulable> = {}): Flow {
  const [file] = kestraFlows([{ ...HR_EMPLOYEES, ...changes }]).files;
  if (file === undefined) throw new Error('No flow was generated.');
  return flowOf(file.path, withHeader(file));
}

const RESERVED = /^(pause|resume|kill|search|source|disable|enable)$/;

const triggerOf = ({ fields }: Flow) => objectsIn(fields['triggers'])[0];

const RULES = [...SCHEMA_RULES, ...RUN_RULES];
const FLOWS = repositoryFlows();
const GENERATED = [
  generatedFlow(),
  generatedFlow({ kind: 'KnowledgeSource', name: 'products', secretVariables: [] }),
  generatedFlow({ kind: 'App', name: 'crm', paused: true, catchUp: 'none', timeZone: 'Asia/Kolkata' }),
  generatedFlow({ name: 'no-schedule', schedule: undefined }),
];

describe('every flow', () => {
  test.each(RULES.map((rule) => [rule.title, rule] as const))('%s', (_, rule) => {
    const broken = [...FLOWS, ...GENERATED].map((flow) => [flow.name, rule.violations(flow, FLOWS)] as const);
    expect(broken.filter(([, violations]) => violations.length > 0)).toEqual([]);
  });

  test('belongs to the flows that are expected in the repository', () => {
    expect(FLOWS.map(({ name }) => name)).toEqual([
      'alert.yaml',
      'ci_validate.yaml',
      'connectors/hr-employees.yaml',
      'connectors/kb-rest.yaml',
      'connectors/support-push.yaml',
      'run_definition.yaml',
      'run_many.yaml',
    ]);
  });
});

describe('the rules', () => {
  const [good = generatedFlow()] = GENERATED;

  test.each([
    ['labels:', 'lables:', 'has no key that Kestra does not know'],
    ['namespace: gemini.sync\n', 'namespace: Gemini\n', 'calls only other flows that exist'],
    ['  - id: full', '  - id: fu-ll', 'has unique ids without dashes'],
    ['id: hr-employees', 'id: kill', 'has an id and a namespace'],
    ['type: BOOL', 'type: BOOLEAN', 'uses no word of an older version'],
    ['definition: hr-employees', 'definition: ""', 'has labels with values'],
    ["secret('HR_DB_CREDENTIALS') is", "secret('HR_DB_CREDENTIALS') | upper is", 'reads secrets only where'],
    ['secrets:\n        - HR', 'secrets:\n        - SECRET_HR', 'names the secrets that it passes'],
    ['full: "{{ inputs.full }}"', 'full: "{{ inputs.full }"', 'has balanced expressions'],
    ['timezone: UTC', 'timezone: Mars', 'has a schedule with five fields'],
    ['    defaults: 0\n', '', 'has a default for each input'],
    ['limit: 1', 'limit: 2', 'runs once at a time'],
    ['duration: PT6H', 'duration: PT4H', 'is ended if it hangs'],
    ['NEW_EXECUTION', 'RETRY_FAILED', 'runs its definition anew'],
    ["'0', '3', '4'", "'0', '3'", 'checks itself that the run did its work'],
    ['recoverMissedSchedules: LAST', 'recoverMissedSchedules: ALL', 'has a schedule that keeps its id'],
    ['wait: true', 'wait: true\n    retry: { type: constant }', 'has no task before one that is retried'],
    ['inheritLabels: true', 'inheritLabels: false', 'can be found by the label'],
  ])('detect when %j becomes %j', (from, to, title) => {
    const text = good.text.replace(from, to);
    expect(text).not.toBe(good.text);
    const bad = flowOf(good.name, text);
    const broken = RULES.filter((rule) => rule.violations(bad, FLOWS).length > 0).map((rule) => rule.title);
    expect(broken).toContainEqual(expect.stringMatching(new RegExp(`^${title}`)));
  });
});

describe('kestraFlows', () => {
  test('gives a definition without a schedule a flow without a trigger', () => {
    expect(triggerOf(generatedFlow({ schedule: undefined }))).toBeUndefined();
  });

  test('writes the schedule, the time zone and the handling of a missed start', () => {
    const flow = generatedFlow({ schedule: ' 30  6 * * MON-FRI', timeZone: 'Europe/London' });
    expect(triggerOf(flow)).toEqual({
      id: 'schedule',
      type: 'io.kestra.plugin.core.trigger.Schedule',
      cron: '30 6 * * MON-FRI',
      timezone: 'Europe/London',
      recoverMissedSchedules: 'LAST',
      lateMaximumDelay: 'PT168H',
    });
    expect(triggerOf(generatedFlow({ catchUp: 'none' }))).toMatchObject({ recoverMissedSchedules: 'NONE' });
  });

  test('disables the trigger of a paused schedule, and leaves the flow itself enabled', () => {
    const flow = generatedFlow({ paused: true });
    expect(triggerOf(flow)).toMatchObject({ disabled: true });
    expect(flow.fields).not.toHaveProperty('disabled');
  });

  test.each([
    ['Connector', ['allow_deletes', 'full', 'dry_run', 'resend', 'reconcile_full']],
    ['KnowledgeSource', ['allow_deletes', 'full']],
    ['App', ['allow_deletes', 'full', 'dry_run']],
  ] as const)('gives the kind %s only the inputs that its command has', (kind, ids) => {
    const { fields } = generatedFlow({ kind });
    expect(objectsIn(fields['inputs']).map(({ id }) => id)).toEqual(ids);
    expect(objectAt(fields, 'labels')).toMatchObject({ kind });
  });

  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?$/).filter((one) => !RESERVED.test(one));
  const item = (min: number, max: number) => fc.integer({ min, max }).map(String);
  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      item(min, max),
      fc.integer({ min: 1, max }).map((step) => `*/${step}`),
      fc.tuple(item(min, max), item(min, max)).map((items) => items.join(',')),
    );
  const schedule = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
    .map((fields) => fields.join(' '));
  const definition = fc.record({
    kind: fc.constantFrom(...KIND_NAMES),
    name: fc.oneof(
      name,
      fc.constantFrom('no', 'on', 'y', 'true', 'null', '12e3', '0x1f', '2026-01-02', '1-2'),
    ),
    file: fc.oneof(
      name.map((one) => `connectors/${one}.yaml`),
      fc.constantFrom("it's.yaml", 'a: b.yaml', 'a # b.yml', '../x/"y".yaml', 'no', '.hidden.yaml'),
    ),
    schedule: fc.option(schedule, { nil: undefined }),
    timeZone: fc.constantFrom('UTC', 'Europe/London', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'),
    paused: fc.boolean(),
    catchUp: fc.constantFrom('last', 'none'),
    secretVariables: fc.uniqueArray(fc.constantFrom('SECRET_A', 'SECRET_NO', 'SECRET_1', 'SECRET_HR_DB_2')),
  });

  test('writes any definition so that Kestra reads the same values, no rule is broken, and prettier agrees', async () => {
    const options = { ...(await resolveConfig(`${FLOWS_FOLDER}/x.yaml`)), parser: 'yaml' };
    await fc.assert(
      fc.asyncProperty(definition, async (one) => {
        const { files, problems } = kestraFlows([one]);
        expect(problems).toEqual([]);
        const [file = { path: '', source: '', body: '' }] = files;
        const flow = flowOf(file.path, withHeader(file));
        expect(flow.fields).toMatchObject({ id: one.name, labels: { definition: one.name } });
        const run = objectsIn(flow.fields['tasks']).find(({ id }) => id === 'run') ?? {};
        expect(run).toMatchObject({ inputs: { kind: one.kind, name: one.name, file: one.file } });
        expect(triggerOf(flow)?.['cron']).toBe(one.schedule);
        expect(RULES.flatMap((rule) => rule.violations(flow, FLOWS))).toEqual([]);
        expect(await check(flow.text, options)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

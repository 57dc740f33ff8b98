import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { ScheduleJob } from '../../../src/schedules/helm/schedule-jobs.ts';
import { updateValues } from '../../../src/schedules/helm/update-values.ts';

const HR: ScheduleJob = {
  name: 'hr-employees',
  schedule: '0 */3 * * *',
  connectorPath: 'connectors/hr-employees.yaml',
  enabled: true,
  kind: 'Connector',
  timeZone: 'UTC',
  catchUp: 'last',
  secrets: ['SECRET_HR'],
};
const PRODUCTS: ScheduleJob = {
  ...HR,
  name: 'products',
  connectorPath: 'connectors/products.yaml',
  enabled: false,
  kind: 'KnowledgeSource',
  timeZone: 'Europe/London',
  catchUp: 'none',
  secrets: [],
};

const HR_ENTRY = `  - name: hr-employees
    schedule: "0 */3 * * *"
    connectorPath: connectors/hr-employees.yaml
    enabled: true
    secrets: [SECRET_HR]
`;
const PRODUCTS_ENTRY = `  - name: products
    schedule: "0 */3 * * *"
    connectorPath: connectors/products.yaml
    enabled: false
    kind: KnowledgeSource
    timeZone: Europe/London
    catchUp: none
    secrets: []
`;

function updated(text: string, jobs: readonly ScheduleJob[]): string {
  const result = updateValues(text, jobs);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.text;
}

function problemsOf(text: string, jobs: readonly ScheduleJob[] = [HR]) {
  const result = updateValues(text, jobs);
  return 'problems' in result ? result.problems : [];
}

/** The text after the change, which a second change must leave as it is. */
function twice(text: string, jobs: readonly ScheduleJob[]): string {
  const once = updated(text, jobs);
  expect(updated(once, jobs)).toBe(once);
  return once;
}

describe('new entries of scheduleJobs', () => {
  test('make a list in a file without one', () => {
    expect(twice('', [HR, PRODUCTS])).toBe(`scheduleJobs:\n${HR_ENTRY}${PRODUCTS_ENTRY}`);
    expect(twice('image:\n  tag: "1"', [HR])).toBe(`image:\n  tag: "1"\nscheduleJobs:\n${HR_ENTRY}`);
  });

  test.each([
    ['scheduleJobs: []\nserve: {}\n', `scheduleJobs:\n${HR_ENTRY}serve: {}\n`],
    ['scheduleJobs: [] # made by CI\n\nserve: {}\n', `scheduleJobs: # made by CI\n${HR_ENTRY}\nserve: {}\n`],
    ['a: 1\nscheduleJobs:\n\nserve: {}\n', `a: 1\nscheduleJobs:\n${HR_ENTRY}\nserve: {}\n`],
    ['scheduleJobs:', `scheduleJobs:\n${HR_ENTRY}`],
    ['scheduleJobs: null\n# end\n', `scheduleJobs:\n${HR_ENTRY}# end\n`],
  ])('fill an empty list: %j', (before, after) => {
    expect(twice(before, [HR])).toBe(after);
  });

  test('come after the last entry, with its indentation, line breaks and without a change of anything else', () => {
    const before =
      `# values of production\r\nscheduleJobs:\r\n-   name: hr-employees   # people\r\n    schedule: '0 */3 * * *'\r\n    connectorPath: connectors/hr-employees.yaml\r\n    enabled: yes-not # x\r\n`.replace(
        'yes-not',
        'true',
      );
    const after = twice(`${before}    secrets: [ SECRET_HR ]\r\n\r\n\r\nserve:\r\n    replicas:    3\r\n`, [
      HR,
      PRODUCTS,
    ]);
    const entry = PRODUCTS_ENTRY.replaceAll(/^ {2}/gm, '').replaceAll('\n', '\r\n');
    expect(after).toBe(
      `${before}    secrets: [ SECRET_HR ]\r\n${entry}\r\n\r\nserve:\r\n    replicas:    3\r\n`,
    );
  });

  test('have quoted names where YAML would read something else', () => {
    const names = ['no', '123', '1e3', 'null', 'y', '0x1f', 'crm'];
    const jobs = names.map((name) => ({ ...HR, name }));
    const text = updated('', jobs);
    const values: unknown = parse(text, { version: '1.1' });
    expect(values).toMatchObject({ scheduleJobs: names.map((name) => ({ name })) });
    expect(text).toContain('- name: crm\n');
  });
});

describe('existing entries of scheduleJobs', () => {
  test('get the values of their definition, and keep comments, order, quotes and keys of the operator', () => {
    const before = `# Before the list.
scheduleJobs:

  # People first.
  - enabled: false # paused for the audit
    # The operator's key.
    resources: {limits: {memory: 1Gi}}
    schedule: '0 1 * * *'   # nightly
    name: hr-employees
    connectorPath:    old/hr.yaml


  - {name: products, schedule: "0 2 * * *", connectorPath: connectors/products.yaml, enabled: true} # flow
# After the list.
serve: {replicas: 3}
`;
    expect(twice(before, [HR, PRODUCTS])).toBe(`# Before the list.
scheduleJobs:

  # People first.
  - enabled: true # paused for the audit
    # The operator's key.
    resources: {limits: {memory: 1Gi}}
    schedule: "0 */3 * * *"   # nightly
    name: hr-employees
    connectorPath:    connectors/hr-employees.yaml
    secrets: [SECRET_HR]


  - {name: products, schedule: "0 */3 * * *", connectorPath: connectors/products.yaml, enabled: false, kind: KnowledgeSource, timeZone: Europe/London, catchUp: none, secrets: []} # flow
# After the list.
serve: {replicas: 3}
`);
  });

  test('return to a default that the definition no longer changes', () => {
    expect(
      twice(`scheduleJobs:\n${PRODUCTS_ENTRY}`, [{ ...PRODUCTS, timeZone: 'UTC', catchUp: 'last' }]),
    ).toBe(`scheduleJobs:\n${PRODUCTS_ENTRY.replace('Europe/London', 'UTC').replace('none', 'last')}`);
  });

  test('have a list of secrets on lines of their own replaced as a whole', () => {
    const before = HR_ENTRY.replace('[SECRET_HR]', '\n      - SECRET_OLD\n      - SECRET_HR');
    expect(twice(`scheduleJobs:\n${before.replace(': \n', ':\n')}    args: [--full]\n`, [HR])).toBe(
      `scheduleJobs:\n${HR_ENTRY}    args: [--full]\n`,
    );
  });

  test('replace an alias by its value and leave its anchor, and override a merged map', () => {
    const before = `nightly: &nightly "0 1 * * *"
defaults: &defaults
  enabled: false
  secrets: [SECRET_HR]
scheduleJobs:
  - <<: *defaults
    name: hr-employees
    schedule: *nightly
    connectorPath: connectors/hr-employees.yaml
`;
    expect(twice(before, [HR])).toBe(
      `${before.replace('schedule: *nightly', 'schedule: "0 */3 * * *"')}    enabled: true\n`,
    );
  });

  test('are removed with their lines if no definition has a schedule for them, and comments beside them stay', () => {
    const before = `scheduleJobs:
  # one
  - name: gone
    schedule: "0 1 * * *"
    connectorPath: connectors/gone.yaml
    enabled: true
    args:
      - --full # always

  # two
${HR_ENTRY}serve: {}
`;
    expect(twice(before, [HR])).toBe(`scheduleJobs:\n  # one\n\n  # two\n${HR_ENTRY}serve: {}\n`);
    expect(twice(before, [])).toBe(`scheduleJobs: []\n  # one\n\n  # two\nserve: {}\n`);
    expect(twice(`scheduleJobs:\n${HR_ENTRY}serve: {}\n`, [PRODUCTS])).toBe(
      `scheduleJobs:\n${PRODUCTS_ENTRY}serve: {}\n`,
    );
  });

  test('stay as they are with generated: false, also without a definition or beside one', () => {
    const before = `scheduleJobs:
  - {name: nightly-full, generated: false, schedule: "0 1 * * *", connectorPath: c/hr.yaml, enabled: true, args: [--full]}
  - {name: hr-employees, generated: false, schedule: "0 2 * * *", connectorPath: c/hr.yaml, enabled: false}
`;
    expect(updated(before, [HR])).toBe(before);
  });
});

describe('a values file that cannot be changed', () => {
  test('is reported with the lines of its syntax errors and duplicate keys', () => {
    expect(problemsOf('a: 1\nb: [\n')).toMatchObject([{ line: 3 }]);
    expect(problemsOf('a: 1\nb: 2\na: 3\n')).toMatchObject([
      { line: 3, message: 'Map keys must be unique.' },
    ]);
    expect(problemsOf('a: 1\n---\nb: 1\n')).toMatchObject([
      { message: expect.stringContaining('one document') },
    ]);
    expect(problemsOf('a: *b\n')).toMatchObject([{ message: expect.stringContaining('Unresolved alias') }]);
    expect(problemsOf('- a\n')).toMatchObject([{ line: 1, message: expect.stringContaining('mapping') }]);
    expect(problemsOf('a: 1\nscheduleJobs: daily\n')).toMatchObject([
      { line: 2, subject: 'scheduleJobs', message: 'scheduleJobs must be a list.' },
    ]);
  });

  test('is reported with all wrong types and duplicate names at once', () => {
    const text = `scheduleJobs:
  - name: hr-employees
    schedule: 5
    enabled: "true"
  - schedule: "0 1 * * *"
  - hr
  - name: hr-employees
    secrets: SECRET_HR
`;
    expect(problemsOf(text).map(({ line, subject, message }) => `${line} ${subject} ${message}`)).toEqual([
      '3 scheduleJobs[0].schedule schedule must be a string, and it is 5.',
      '4 scheduleJobs[0].enabled enabled must be true or false, and it is "true".',
      '5 scheduleJobs[1].name An entry must have a name.',
      '6 scheduleJobs[2] An entry must be a mapping.',
      '8 scheduleJobs[3].secrets secrets must be a list of strings, and it is "SECRET_HR".',
      '7 scheduleJobs[3].name "hr-employees" is the name of two entries; the first is in line 2.',
    ]);
  });

  test.each([
    [
      'a list in brackets',
      `scheduleJobs: [{name: gone, schedule: "0 1 * * *", connectorPath: a, enabled: true}]\n`,
    ],
    ['a list that is an alias', `jobs: &jobs []\nscheduleJobs: *jobs\n`],
    ['an entry that is an alias', `hr: &hr {name: hr-employees, enabled: false}\nscheduleJobs:\n  - *hr\n`],
    ['a value with an anchor', `scheduleJobs:\n${HR_ENTRY.replace('true', '&on false')}other: *on\n`],
    ['an entry to remove with an anchor', `scheduleJobs:\n  - &gone {name: gone}\n${HR_ENTRY}other: *gone\n`],
    [
      'a comment in a list',
      `scheduleJobs:\n${HR_ENTRY.replace(' [SECRET_HR]', '\n      # why\n      - SECRET_A')}`,
    ],
  ])('is not changed, and reported: %s', (_case, text) => {
    expect(problemsOf(text)).toMatchObject([{ subject: expect.stringContaining('scheduleJobs') }]);
  });
});

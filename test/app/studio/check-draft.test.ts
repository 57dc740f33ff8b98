import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { globSync } from 'tinyglobby';
import { checkDefinitionsUnderPolicy } from '../../../src/app/catalog/policy.ts';
import { openDraftChecker, type DraftChecker } from '../../../src/app/studio/check-draft.ts';
import { formOf } from '../../../src/definitions/connector/form/form-of.ts';
import type { FormModel } from '../../../src/definitions/connector/form/form-model.ts';
import type { Problem } from '../../../src/definitions/problem.ts';
import { exampleOf } from '../../../src/definitions/presets/example.ts';
import { readPresets } from '../../../src/definitions/presets/read-presets.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const BROKEN = `apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata: { name: people, extra: 1 }
spec:
  mode: sql_pull
  source: { type: postgres, secretRef: people-db, query: 'SELECT id FROM people WHERE at > :watermark' }
  mapping: { idField: id, titleField: name, contentTemplate: '{{ name' }
  output: { bucket: gs://company-gemini-sync, prefix: hr-employees, format: ndjson }
  gemini: { projectId: my-project, location: mars, dataStoreId: d }
  reconciliation: { deletePolicy: auto_delete_missing }
`;

/** What a person does to a text while typing; `number` selects the place. */
const FAULTS: Readonly<Record<string, (text: string, number: number) => string>> = {
  'as it is': (text) => text,
  'without a line': (text, number) =>
    text
      .split('\n')
      .toSpliced(5 + (number % 25), 1)
      .join('\n'),
  'with lists in the place of texts': (text, number) =>
    text.replace(/^( +\w+): (\S.*)$/gm, (line, key: string) => (number++ % 7 === 0 ? `${key}: [1]` : line)),
  'with misspelled keys': (text, number) =>
    text.replace(/^( +\w+):/gm, (line, key: string) => (number++ % 9 === 0 ? `${key}x:` : line)),
  'with empty values': (text, number) =>
    text.replace(/^( +\w+): \S.*$/gm, (line, key: string) => (number++ % 5 === 0 ? `${key}: ""` : line)),
  'with a delta query that deletes': (text) =>
    text
      .replace(/deletePolicy: \w+/, 'deletePolicy: auto_delete_missing')
      .replace(/(query: .*| FROM .*|url: \S+)/, '$1 :watermark'),
  'after a change of the mode, with a secret': (text) =>
    text.replace(/mode: \w+/, 'mode: rest_push').replace(/secretRef: .*/, 'secretRef: postgres://u:p@h/d'),
  'with a duplicate key': (text) => `${text}spec: {}\n`,
  'that is cut off': (text, number) => text.slice(0, Math.floor(text.length * ((number % 9) + 1) * 0.1)),
  'of another kind, with CRLF and a byte order mark': (text) =>
    `\ufeff${text.replaceAll('\n', '\r\n').replace('kind: Connector', 'kind: Connectr')}`,
};

/** Connectors of every kind of source. */
const SHIPPED = [
  ...globSync(['connectors/*.yaml', 'examples/*.yaml', 'templates/init/connectors/*.yaml']).map((path) =>
    readFileSync(path, 'utf8'),
  ),
  ...readPresets().map(exampleOf),
].filter((text) => /^kind: Connector$/m.test(text));

const isOfOneFile = ({ code }: Problem) =>
  !['duplicate_name', 'shared_output', 'shared_data_store', 'secret_ambiguous'].includes(code);

/** Every problem is shown once, and at the field that it names if the form has it. */
function expectPlaced(form: FormModel | undefined, problems: readonly Problem[]): void {
  if (form === undefined) return;
  const fields = form.sections.flatMap((section) => section.fields);
  const shown = [...fields.flatMap((field) => field.problems), ...form.otherProblems];
  expect(shown).toHaveLength(problems.length);
  for (const problem of problems) {
    const named = fields.find(({ path }) => path === problem.subject);
    expect((named?.problems ?? shown).includes(problem)).toBe(true);
  }
}

describe('the check of a draft', () => {
  const folders = temporaryFolders();
  let cwd: string;
  let checker: DraftChecker;
  beforeEach(() => {
    cwd = folders.make();
    mkdirSync(join(cwd, 'connectors'));
    for (const name of ['hr-employees.yaml', 'support-push.yaml'])
      cpSync(join('connectors', name), join(cwd, 'connectors', name));
    checker = openDraftChecker({
      directory: 'connectors',
      policyFile: undefined,
      cwd,
      setSecrets: () => Promise.resolve(() => false),
    });
  });
  afterEach(() => checker.close());
  afterAll(() => {
    folders.removeAll();
  });

  const file = (name: string) => readFileSync(join(cwd, 'connectors', name), 'utf8');
  const validate = (name: string) =>
    checkDefinitionsUnderPolicy(
      ['connectors'],
      { policyFile: undefined, cwd },
      { secretIsSet: () => false },
    ).then(({ problems }) => problems.filter(({ place }) => place.file === join('connectors', name)));

  test('reports what validate reports for the file, in the same words and lines', async () => {
    writeFileSync(join(cwd, 'connectors', 'zz.yaml'), BROKEN);
    const expected = await validate('zz.yaml');
    const draft = { intent: 'edit', path: 'connectors/zz.yaml', text: BROKEN } as const;
    expect(expected.length).toBeGreaterThan(5);
    expect(expected.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['delta_deletes', 'secret_missing', 'shared_output', 'unknown_key']),
    );
    expect(await checker.check(draft)).toEqual(expected);
  });

  test.each(Object.keys(FAULTS))(
    'reports and places what validate reports for every shipped connector %s',
    async (title) => {
      const drafts = SHIPPED.map((text, number) => ({
        name: `f${number}.yaml`,
        text: FAULTS[title]?.(text, number) ?? '',
      }));
      for (const { name, text } of drafts) writeFileSync(join(cwd, 'connectors', name), text);
      const { problems: all } = await checkDefinitionsUnderPolicy(
        ['connectors'],
        { policyFile: undefined, cwd },
        { secretIsSet: () => false },
      );
      for (const { name, text } of drafts) {
        const path = join('connectors', name);
        const problems = await checker.check({ intent: 'edit', path, text });
        const expected = all.filter(({ place }) => place.file === path);
        expect(problems.filter(isOfOneFile)).toEqual(expected.filter(isOfOneFile));
        // A conflict of two files is reported at the draft, and by `validate` at the later file.
        expect(problems).toEqual(expect.arrayContaining(expected));
        expectPlaced(formOf(text, problems), problems);
      }
    },
  );

  test('checks the connectors, examples and presets of this repository', () => {
    expect(SHIPPED.length).toBeGreaterThan(20);
  });

  test('replaces the file of an edited connector', async () => {
    const text = file('hr-employees.yaml');
    const problems = await checker.check({ intent: 'edit', path: 'connectors/hr-employees.yaml', text });
    expect(problems).toEqual(await validate('hr-employees.yaml'));
  });

  test.each(['create', 'clone'] as const)(
    'reports a name that exists when the intent is %s',
    async (intent) => {
      const text = file('hr-employees.yaml');
      const problems = await checker.check({ intent, path: 'connectors/hr-employees.yaml', text });
      expect(problems.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['duplicate_name', 'shared_output']),
      );
      expect(problems.find(({ code }) => code === 'duplicate_name')?.message).toContain(
        'hr-employees.yaml is a',
      );
    },
  );

  test('checks a large text outside of the main thread with the same result', async () => {
    const large = `${BROKEN}${'# a long comment\n'.repeat(2_000)}`;
    const small = await checker.check({ intent: 'create', path: '', text: BROKEN });
    expect(await checker.check({ intent: 'create', path: '', text: large })).toEqual(small);
  });

  test('answers checks at the same time, each for its own text', async () => {
    const drafts = ['a: 1\n', 'a: [\n', '', BROKEN].map(
      (text) => ({ intent: 'create', path: '', text }) as const,
    );
    const alone = [];
    for (const draft of drafts) alone.push(await checker.check(draft));
    expect(await Promise.all(drafts.map((draft) => checker.check(draft)))).toEqual(alone);
  });

  test('reports a policy that cannot be read', async () => {
    const strict = openDraftChecker({ directory: 'connectors', policyFile: 'policy.yaml', cwd });
    const problems = await strict.check({ intent: 'create', path: '', text: BROKEN });
    await strict.close();
    expect(problems[0]).toMatchObject({ code: 'file_unreadable', place: { file: 'policy.yaml' } });
  });
});

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkDefinitionsUnderPolicy } from '../../../src/app/catalog/policy.ts';
import { openDraftChecker, type DraftChecker } from '../../../src/app/studio/check-draft.ts';
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

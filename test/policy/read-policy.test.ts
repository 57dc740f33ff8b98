import { describe, expect, test } from '@jest/globals';
import type { PolicyRule } from '../../src/policy/policy.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { isPolicy } from '../../src/policy/schema.ts';
import { policySchema } from '../../src/policy/schema-validator.ts';
import { valueAt } from '../../src/definitions/draft.ts';

const HEAD = 'apiVersion: sync.gemini.io/v1alpha1\nkind: Policy\n';

/** Every field, so that a new one fails to compile until it is here. */
const WHOLE: Required<PolicyRule> = {
  description: 'The HR team',
  knowledgeSources: ['handbook'],
  apps: ['shop-*'],
  connectors: ['hr-*'],
  secrets: ['hr-*'],
  hosts: ['db.example.com:5432', '*.hr.example.com', '[::1]:5432', '*'],
  plaintextHosts: ['kb.tools.svc.cluster.local:8080'],
  fileRoots: ['/srv/exports/hr'],
  buckets: ['gs://company-gemini-sync/hr', 'gs://other-bucket', 'file:///srv/out'],
  dataStores: ['my-project/global/hr-*', '*/*/*'],
};

function problemsOf(text: string): string[] {
  const reading = readPolicy(text, 'policy.yaml');
  return 'problems' in reading
    ? reading.problems.map(({ code, place, subject }) =>
        `${code} line ${place.line ?? '-'} ${subject}`.trimEnd(),
      )
    : [];
}

describe('the schema of a policy', () => {
  test('agrees with the types on an example that has every field', () => {
    const policy = { apiVersion: 'sync.gemini.io/v1alpha1', kind: 'Policy', rules: [WHOLE] };
    expect(isPolicy(policy)).toBe(true);
    const properties = valueAt(policySchema(), '$defs.rule.properties');
    expect(Object.keys(Object(properties) as object).sort()).toEqual(Object.keys(WHOLE).sort());
  });

  test('has a description for every field, and examples that it accepts', () => {
    const properties = Object.entries(Object(valueAt(policySchema(), '$defs.rule.properties')) as object);
    for (const [name, schema] of properties) {
      expect(valueAt(schema, 'description')).toMatch(/^[A-Z`].*\.$/s);
      const [example] = valueAt(schema, 'examples') as unknown[];
      const rule = { connectors: ['*'], [name]: example };
      const policy = { apiVersion: 'sync.gemini.io/v1alpha1', kind: 'Policy', rules: [rule] };
      expect({ name, valid: isPolicy(policy) }).toEqual({ name, valid: true });
    }
  });
});

describe('a policy file', () => {
  test('that is valid gives its rules', () => {
    const text = `${HEAD}rules:\n  - connectors: [hr-*]\n    secrets: [hr-db]\n`;
    expect(readPolicy(text, 'policy.yaml')).toEqual({
      policy: { file: 'policy.yaml', rules: [{ connectors: ['hr-*'], secrets: ['hr-db'] }] },
    });
  });

  test.each([
    ['an empty file', '', ['yaml_empty line 1']],
    ['something else', '- a list', ['not_a_mapping line 1']],
    [
      'a connector',
      'apiVersion: sync.gemini.io/v1alpha1\nkind: Connector\nrules: []',
      ['wrong_value line 2 kind'],
    ],
    ['a missing list of rules', HEAD, ['missing_key line 1 rules']],
    [
      'a misspelt key',
      `${HEAD}rules:\n  - connectors: ['*']\n    secret: [x]\n`,
      ['unknown_key line 5 rules[0].secret'],
    ],
    [
      'a rule for no connector',
      `${HEAD}rules:\n  - secrets: [x]\n`,
      ['missing_key line 4 rules[0].connectors'],
    ],
    [
      'a string in place of a list',
      `${HEAD}rules:\n  - connectors: hr-*\n`,
      ['wrong_type line 4 rules[0].connectors'],
    ],
    [
      'values that cannot match',
      `${HEAD}rules:\n  - connectors: [HR]\n    hosts:\n      - ok.test\n      - https://kb.test\n    fileRoots: [relative]\n    buckets: [s3://x]\n`,
      [
        'wrong_value line 4 rules[0].connectors[0]',
        'wrong_value line 7 rules[0].hosts[1]',
        'wrong_value line 8 rules[0].fileRoots[0]',
        'wrong_value line 9 rules[0].buckets[0]',
      ],
    ],
    ['two documents', `${HEAD}rules: []\n---\n${HEAD}rules: []\n`, ['yaml_documents line 4']],
    ['a duplicate key', `${HEAD}rules: []\nrules: []\n`, ['duplicate_key line 4 rules']],
    ['an alias', `${HEAD}rules: &a []\nx: *a\n`, ['yaml_alias line 4 x']],
  ])('with %s has problems with their lines', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { adviceOf } from '../../../../src/definitions/connector/advice/advice-of.ts';
import { readYaml } from '../../../../src/definitions/yaml/yaml.ts';

const HR = readFileSync('connectors/hr-employees.yaml', 'utf8');
const PUSH = readFileSync('connectors/support-push.yaml', 'utf8');
const POLICY = 'spec.reconciliation.deletePolicy';

function advice(text: string): Record<string, string> {
  return Object.fromEntries(adviceOf(readYaml(text).value).map(({ path, message }) => [path, message]));
}

const withPolicy = (text: string, policy: string) =>
  text.replace(/deletePolicy: \w+/, `deletePolicy: ${policy}`);
const delta = HR.replace('FROM employees', 'FROM employees WHERE updated_at > :watermark');

describe('adviceOf', () => {
  test('has none for a complete listing that deletes what is missing, with readers and a schedule', () => {
    expect(advice(HR)).toEqual({});
  });

  test('points from a delta query to the delete policy, where validate reports it', () => {
    expect(advice(delta)).toEqual({
      'spec.source.query': expect.stringContaining('auto_delete_missing would delete the documents of all'),
    });
    expect(advice(withPolicy(delta, 'soft_delete_only'))['spec.source.query']).toBeUndefined();
  });

  test.each([
    ["updated_at > now() - interval '1 day'", true],
    ['updated_at >= DATEADD(day, -7, GETDATE())', true],
    ['updated_at > DATE_SUB(NOW(), INTERVAL 1 DAY)', true],
    ['updated_at BETWEEN sysdate - 1 AND sysdate', true],
    ['published_at <= now()', false],
    ['expires_at > now()', false],
    ["note = '> now() - 1'", false],
    ['a > 5 AND b = now() - c', false],
  ])('finds out whether %s is a period that ends now', (condition, isPeriod) => {
    const text = HR.replace('FROM employees', `FROM employees WHERE ${condition}`);
    const words = 'Rows that leave this period count as missing';
    expect((advice(text)['spec.source.query'] ?? '').includes(words)).toBe(isPeriod);
    expect(advice(withPolicy(text, 'never_delete'))['spec.source.query']).toBeUndefined();
  });

  test.each([
    ['soft_delete_only', HR, 'lists everything, so auto_delete_missing could delete them'],
    ['never_delete', HR, 'lists everything, so auto_delete_missing could delete them'],
    ['soft_delete_only', delta, 'returns only changes, so documents of deleted rows stay in the index'],
    ['""', HR, 'Choose auto_delete_missing if every run lists everything'],
    ['""', delta, 'Choose soft_delete_only or never_delete'],
    ['never_delete', PUSH, 'A pushed DELETE is refused'],
    ['soft_delete_only', PUSH, 'only marks its document'],
    ['auto_delete_missing', PUSH, 'Only a pushed DELETE deletes a document.'],
  ])('says what %s means for the listing', (policy, text, words) => {
    expect(advice(withPolicy(text, policy))[POLICY]).toContain(words);
  });

  test('warns about a query that cuts off rows, but not about the word in a string or a comment', () => {
    const query = (tail: string) => HR.replace('FROM employees', `FROM employees ${tail}`);
    expect(advice(query('LIMIT 100'))['spec.source.query']).toContain('The query has LIMIT.');
    expect(advice(query("WHERE a = 'limit 1' -- limit 2"))['spec.source.query']).toBeUndefined();
  });

  test('says that everyone finds every document when no reader is named', () => {
    const open = HR.replace(/ +acl\w+: \w+\n/g, '');
    expect(advice(open)['spec.mapping.aclUsersField']).toContain('everyone who may search');
    expect(advice(open.replace('location: global', 'location: global\n    acl: off'))).toEqual({});
  });

  test('compares a window with the schedule', () => {
    const windows = (count: number) =>
      `spec:\n  mode: rest_pull\n  schedule: "0 5 * * *"\n  source:\n    window: {step: 12h, windowsPerRun: ${count}}\n`;
    expect(advice(windows(2))['spec.source.window.windowsPerRun']).toContain('never reaches the present');
    expect(advice(windows(3))).not.toHaveProperty('spec.source.window.windowsPerRun');
  });

  test('explains the choice of a mode, a push without a pull, and a missing schedule', () => {
    expect(advice('spec: {}')['spec.mode']).toContain('Choose sql_pull');
    expect(advice(PUSH)['spec.mode']).toContain('only a complete listing detects');
    expect(advice(PUSH)['spec.schedule']).toContain('wait in a queue');
  });

  test.each([undefined, null, 'text', [], { spec: null }, { spec: { source: [], mapping: 'x' } }])(
    'takes any value: %j',
    (value) => {
      expect(Array.isArray(adviceOf(value))).toBe(true);
    },
  );
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { applySubmission } from '../../../../src/app/studio/editor/apply-submission.ts';
import { formOf } from '../../../../src/definitions/connector/form/form-of.ts';

const HR = readFileSync('connectors/hr-employees.yaml', 'utf8');
const draftOf = (text: string) => ({ text, readableText: text });

describe('applySubmission', () => {
  test('changes every field of a form at once, each in its own lines', () => {
    const fields = (formOf(HR, [])?.sections ?? [])
      .flatMap((section) => section.fields)
      .filter(({ control, present }) => present && control === 'text');
    const wanted = new Map(fields.map(({ path, value }) => [path, `${value}-x`]));
    const { text, refused } = applySubmission(draftOf(HR), { fields: wanted, changedOnly: true });
    expect(refused).toEqual([]);
    expect(fields.length).toBeGreaterThan(10);
    const [before, after] = [HR.split('\n'), text.split('\n')];
    expect(after).toHaveLength(before.length);
    expect(before.filter((line, index) => line !== after[index])).toHaveLength(fields.length);
  });

  test('refuses many changes of a large text that cannot be made at once, and keeps them', () => {
    const large = `${HR.replace(/^metadata:\n {2}name: (.*)$/m, 'metadata: {name: $1, description: d, labels: {a: b}}')}${'# a long comment\n'.repeat(60_000)}`;
    const fields = new Map([
      ['metadata.description', ''],
      ['metadata.labels', ''],
    ]);
    const { text, refused } = applySubmission(draftOf(large), { fields, changedOnly: true });
    expect(text).toBe(large);
    expect(refused.map(({ path }) => path)).toEqual(['metadata.description', 'metadata.labels']);
    expect(refused[0]?.message).toContain('Change one field, and save.');
    const one = applySubmission(draftOf(large), {
      fields: new Map([['metadata.labels', '']]),
      changedOnly: true,
    });
    expect(one.text).toBe(large.replace(', labels: {a: b}', ''));
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { globSync } from 'tinyglobby';
import { connectorKind } from '../../../../src/definitions/connector/kind.ts';
import { connectorDocument } from '../../../../src/definitions/connector/schema/schema-document.ts';
import { editYaml } from '../../../../src/definitions/edit/edit-yaml.ts';
import { keyOrderOf } from '../../../../src/definitions/edit/key-order.ts';
import { checkTextOf } from '../../../../src/definitions/files/check-file.ts';
import { changesOfForm } from '../../../../src/definitions/connector/form/changes-of-form.ts';
import type { FormField, FormModel } from '../../../../src/definitions/connector/form/form-model.ts';
import { formOf } from '../../../../src/definitions/connector/form/form-of.ts';

const HR = readFileSync('connectors/hr-employees.yaml', 'utf8');
const keyOrder = keyOrderOf(connectorDocument);

async function checkedForm(text: string): Promise<FormModel> {
  const { problems } = await checkTextOf('c.yaml', text, () => ({ kind: connectorKind }), {});
  return form(text, problems);
}

function form(text: string, problems: Parameters<typeof formOf>[1] = []): FormModel {
  const model = formOf(text, problems);
  if (model === undefined) throw new Error('The text has no form.');
  return model;
}

function fieldsOf({ sections }: FormModel): readonly FormField[] {
  return sections.flatMap(({ fields }) => fields);
}

function field(model: FormModel, path: string): FormField {
  const found = fieldsOf(model).find((one) => one.path === path);
  if (found === undefined) throw new Error(`The form has no ${path}.`);
  return found;
}

/** The text after a form is submitted with these texts. */
function submitted(text: string, changes: Readonly<Record<string, string>>): string {
  const { edits, errors } = changesOfForm(form(text), new Map(Object.entries(changes)));
  expect(errors).toEqual([]);
  const result = editYaml(text, edits, keyOrder);
  if ('refusal' in result) throw new Error(result.refusal.message);
  return result.text;
}

describe('formOf', () => {
  test('shows the fields that the mode and the kind of source allow, in the order of the schema', () => {
    const source = form(HR).sections.find(({ id }) => id === 'source');
    expect(source?.fields.map(({ path }) => path)).toEqual([
      'spec.source.type',
      'spec.source.secretRef',
      'spec.source.query',
    ]);
    expect(field(form(HR), 'spec.source.type').options).toEqual(['postgres', 'mysql', 'mssql', 'oracle']);
  });

  test('describes a field with its label, requirement, line, control and value', () => {
    expect(field(form(HR), 'spec.source.secretRef')).toMatchObject({
      label: 'Secret reference',
      description: expect.stringContaining('never the secret itself'),
      examples: ['hr-db-credentials'],
      control: 'text',
      required: true,
      present: true,
      applies: true,
      value: 'hr-db-credentials',
      line: 10,
    });
    expect(field(form(HR), 'spec.mapping.metadataFields')).toMatchObject({
      control: 'list',
      value: 'department\noffice\njob_title\nsalary_band\nhired_on',
    });
  });

  test('keeps keys that do not apply after a change of the kind of source, and shows the rest of the new one', () => {
    const model = form(
      HR.replace('mode: sql_pull', 'mode: rest_pull').replace('type: postgres', 'type: http'),
    );
    expect(field(model, 'spec.source.query')).toMatchObject({
      applies: false,
      control: 'yaml',
      present: true,
    });
    expect(field(model, 'spec.source.url')).toMatchObject({ applies: true, required: true, present: false });
  });

  test('shows unknown keys and values of another kind as their YAML', () => {
    const text = HR.replace(
      '  mapping:\n',
      '    qurey: # why\n      - a: 1 # c\n        b: 2\n  mapping:\n',
    ).replace('mimeType: text/plain', 'mimeType: {a: b}');
    expect(field(form(text), 'spec.source.qurey')).toMatchObject({
      known: false,
      control: 'yaml',
      value: '- a: 1 # c\n  b: 2',
    });
    expect(field(form(text), 'spec.mapping.mimeType')).toMatchObject({ control: 'yaml', value: '{a: b}' });
  });

  test('shows every problem of validate once, at its field or beside the form', async () => {
    const text = HR.replace('type: postgres', 'type: postgre')
      .replace('deletePolicy: auto_delete_missing', 'deletePolicy: sometimes')
      .replace('  output:', '  outptu:')
      .replace('      - office', '      - office\n      - office');
    const { problems } = await checkTextOf('c.yaml', text, () => ({ kind: connectorKind }), {});
    const model = await checkedForm(text);
    const shown = [...fieldsOf(model).flatMap((one) => one.problems), ...model.otherProblems];
    expect(shown).toHaveLength(problems.length);
    expect(new Set(shown)).toEqual(new Set(problems));
    expect(field(model, 'spec.reconciliation.deletePolicy').problems).toHaveLength(1);
    expect(field(model, 'spec.mapping.metadataFields').problems).toHaveLength(1);
  });

  test('shows a delta query that deletes missing rows at the delete policy', async () => {
    const model = await checkedForm(
      HR.replace('FROM employees', 'FROM employees WHERE updated_at > :watermark'),
    );
    expect(field(model, 'spec.reconciliation.deletePolicy').problems.map(({ code }) => code)).toEqual([
      'delta_deletes',
    ]);
  });

  test.each(['a: [', 'a: 1\na: 2', '- x', 'text', 'a: &x 1\nb: *x'])('has no form for %j', (text) => {
    expect(formOf(text, [])).toBeUndefined();
  });

  test.each(['', '# comment', '---\n'])('has a form for the empty text %j', (text) => {
    expect(field(form(text), 'metadata.name')).toMatchObject({ present: false, required: true, value: '' });
  });
});

describe('changesOfForm', () => {
  test.each(globSync(['connectors/*.yaml', 'examples/{handbook,orders,products}*.yaml']))(
    'finds no edit in the untouched form of %s, as a browser submits it',
    (file) => {
      const model = form(readFileSync(file, 'utf8'));
      const texts = fieldsOf(model).map(({ path, value }): [string, string] => [
        path,
        value.replaceAll('\n', '\r\n'),
      ]);
      expect(changesOfForm(model, new Map(texts))).toEqual({ edits: [], errors: [] });
    },
  );

  test('writes each kind of control into the text, and removes an optional value that is emptied', () => {
    const changed = submitted(HR, {
      'metadata.labels': 'team=hr\r\nowner = a b',
      'spec.paused': 'true',
      'spec.source.statementTimeoutSeconds': '60',
      'spec.source.watermarkLag': '100',
      'spec.mapping.idField': 'a\nb',
      'spec.mapping.uriTemplate': '',
      'spec.source.query': 'SELECT 1\r\nFROM t\r\n',
    });
    const read = form(changed);
    expect(field(read, 'metadata.labels').current).toEqual({ team: 'hr', owner: 'a b' });
    expect(field(read, 'spec.paused').current).toBe(true);
    expect(field(read, 'spec.source.statementTimeoutSeconds').current).toBe(60);
    expect(field(read, 'spec.source.watermarkLag').current).toBe(100);
    expect(field(read, 'spec.mapping.idField').current).toEqual(['a', 'b']);
    expect(field(read, 'spec.mapping.uriTemplate').present).toBe(false);
    expect(changed).toContain('    query: |\n      SELECT 1\n      FROM t\n    watermarkField: updated_at\n');
    expect(changed).toContain('# Every row, every time');
  });

  test('leaves the text as it was after the mode is switched and switched back', () => {
    const there = submitted(HR, { 'spec.mode': 'rest_pull', 'spec.source.type': 'http' });
    expect(there).not.toBe(HR);
    expect(submitted(there, { 'spec.mode': 'sql_pull', 'spec.source.type': 'postgres' })).toBe(HR);
  });

  test('writes an island as YAML', () => {
    const text = 'spec:\n  source:\n    payload:\n      # first\n      a: 1\n      b: [x]\n';
    expect(submitted(text, { 'spec.source.payload': 'a: 1\nb: [x, y]\n' })).toBe(
      'spec:\n  source:\n    payload:\n      # first\n      a: 1\n      b: [x, y]\n',
    );
  });

  test.each([
    ['spec.source.connectTimeoutSeconds', 'ten', 'Connect timeout seconds is not a whole number'],
    ['spec.reconciliation.deleteLimit.ratio', '1e5', 'Ratio is not a number'],
    ['metadata.labels', 'team', 'Labels has a line without a name'],
    ['metadata.labels', 'a=1\na=2', 'Labels has "a" twice'],
    ['spec.source.extra', 'a: [', 'Extra cannot be read, line 1: This is not YAML'],
  ])('reports a text that is not a valid %s, and still makes the other edits', (path, text, message) => {
    const model = form(HR.replace('    type: postgres', '    type: postgres\n    extra: {a: b}'));
    const { edits, errors } = changesOfForm(
      model,
      new Map([
        [path, text],
        ['metadata.name', 'other'],
      ]),
    );
    expect(errors).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(edits).toEqual([{ kind: 'set', path: ['metadata', 'name'], value: 'other' }]);
  });

  test('keeps the key of a required text that is emptied, with its comments', () => {
    expect(submitted(HR, { 'spec.source.query': '' })).toContain(
      'deleted from the index.\n    query: ""\n    watermark',
    );
  });
});

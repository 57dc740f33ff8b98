import { expect, test } from '@jest/globals';
import { restFieldFindings } from '../../../../../src/definitions/connector/rules/rest/fields.ts';

type Fields = Readonly<Record<string, unknown>>;

const found = (source: Fields) =>
  restFieldFindings({ spec: { source: { type: 'http', ...source } } }).map(
    ({ code, path }) => `${code} ${path.replace('spec.source.', '')}`,
  );

test.each<[Fields, string]>([
  [{ fields: { 'a.b': 'c' } }, 'wrong_value fields.a.b'],
  [{ fields: { 'a[]': 'c' } }, 'wrong_value fields.a[]'],
  [{ fields: { a: 'b..c' } }, 'wrong_value fields.a'],
  [{ fields: { a: 'b[*].c' } }, 'wrong_value fields.a'],
  [{ fields: { a: '{{ b' } }, 'template_syntax fields.a'],
  [{ fields: { a: '{% if b %}' } }, 'template_syntax fields.a'],
  [{ fields: { body: 'x' }, detail: { into: 'body' } }, 'field_twice fields.body'],
  [{ recordsPath: 'data.*', recordKeyField: 'id', fields: { id: 'x' } }, 'field_twice fields.id'],
  [{ recordsPath: 'r[].rows', parentFields: { id: 'x' }, fields: { id: 'x' } }, 'field_twice fields.id'],
  [{ recordKeyField: 'id' }, 'misplaced_key recordKeyField'],
  [{ recordsPath: 'data', recordKeyField: 'id' }, 'misplaced_key recordKeyField'],
  [{ parentFields: { a: 'b' } }, 'misplaced_key parentFields'],
  [{ recordsPath: 'data.*', parentFields: { a: 'b' } }, 'misplaced_key parentFields'],
  [{ recordsPath: 'data[]', parentFields: { a: 'b' } }, 'misplaced_key parentFields'],
])('new fields must have plain names of their own and paths that can match: %j', (source, finding) => {
  expect(found(source)).toEqual([finding]);
});

test.each<Fields>([
  { fields: { a: 'permissions[type=user].emailAddress', b: '{{ a.b[0] }}-{{ c }}' } },
  { recordsPath: '$.data.*', recordKeyField: 'id' },
  { recordsPath: 'reports[].rows', parentFields: { a: 'owner.name' } },
  { recordsPath: 'data.*.items', recordKeyField: 'group', parentFields: { a: 'name' } },
  { parents: { url: 'https://x' }, parentFields: { a: 'key' } },
])('new fields may be %j', (source) => {
  expect(found(source)).toEqual([]);
});

import { expect, test } from '@jest/globals';
import { mappedFields } from '../../../src/definitions/connector/mapped-fields.ts';
import type { ConnectorSpec, MappingSpec } from '../../../src/definitions/connector/types.ts';

const MAPPING: MappingSpec = { idField: 'id', titleField: 'title', contentTemplate: '{{ title }}' };

function fields(mapping: Partial<MappingSpec>, watermarkField?: string): string[] {
  const spec: ConnectorSpec = {
    mode: 'rest_pull',
    source: { type: 'http', ...(watermarkField === undefined ? {} : { watermarkField }) },
    mapping: { ...MAPPING, ...mapping },
    output: { bucket: 'gs://bucket', prefix: 'x', format: 'ndjson' },
    gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'ds' },
    reconciliation: { deletePolicy: 'never_delete' },
  };
  return mappedFields(spec);
}

test('the fields of a mapping are all that it names, each once', () => {
  expect(fields({})).toEqual(['id', 'title']);
  expect(
    fields(
      {
        idField: ['tenant', 'id'],
        contentTemplate:
          '{{ title }} {% for tag in tags %}{{ tag.name }}{% endfor %} {{ author.name | upcase }}',
        uriTemplate: 'https://x/{{ slug }}',
        aclUsersField: 'users',
        aclGroupsField: 'access.groups',
        metadataFields: ['language', 'title'],
      },
      'updated_at',
    ),
  ).toEqual([
    'tenant',
    'id',
    'title',
    'tags',
    'author',
    'slug',
    'users',
    'access.groups',
    'updated_at',
    'language',
  ]);
});

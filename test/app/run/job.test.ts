import { describe, expect, test } from '@jest/globals';
import { jobOf } from '../../../src/app/run/job.ts';
import type { Connector, ConnectorSpec, MappingSpec } from '../../../src/definitions/connector/types.ts';
import { mappingVersion } from '../../../src/pipeline/mapping/mapping.ts';
import { runOptions } from '../../support/pipeline/run-options.ts';

const MAPPING: MappingSpec = { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}' };
const STORE = 'projects/my-project/locations/global/dataStores/people-ds';

function job(
  gemini: Partial<ConnectorSpec['gemini']> = {},
  mapping: Partial<MappingSpec> = {},
  local = false,
) {
  const connector: Connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'people' },
    spec: {
      mode: 'sql_pull',
      source: { type: 'postgres', secretRef: 'db', query: 'SELECT 1', watermarkField: 'at' },
      mapping: { ...MAPPING, ...mapping },
      output: { bucket: 'gs://bucket', prefix: 'people', format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'people-ds', ...gemini },
      reconciliation: { deletePolicy: 'never_delete' },
    },
  };
  return jobOf(connector, runOptions({ local }));
}

describe('the stored state of a connector', () => {
  const READERS = { aclUsersField: 'users' };

  test.each([
    ['that does not say what its data store is', {}, {}],
    ['that names the default content', { contentConfig: 'CONTENT_REQUIRED' }, {}],
    ['that names the default without readers', { acl: 'off' }, {}],
    ['that names the default with readers', { acl: 'required' }, READERS],
  ] as const)('stays valid for one %s', (_, gemini, mapping) => {
    const { target, mapping: compiled } = job(gemini, mapping);
    expect(target).toBe(STORE);
    // As it was computed before there were such fields.
    expect(compiled.version).toBe(mappingVersion(['people', { ...MAPPING, ...mapping }, 'at']));
    expect(job(gemini, mapping, true).target).toBe('local');
  });

  test('starts from nothing when the data store is one without content', () => {
    const without = job({ contentConfig: 'NO_CONTENT' });
    expect(without.target).toBe(`${STORE}#NO_CONTENT`);
    expect(without.mapping.version).not.toBe(job().mapping.version);
    expect(job({ contentConfig: 'NO_CONTENT' }, {}, true).target).toBe('local#NO_CONTENT');
  });

  test('is processed again when readers become required', () => {
    const { mapping } = job({ acl: 'required' }, READERS);
    expect(mapping.version).not.toBe(job({ acl: 'off' }).mapping.version);
  });
});

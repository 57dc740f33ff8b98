import type { ConnectorSpec } from '../../../src/definitions/connector/types.ts';

interface SpecChanges {
  readonly gemini?: Partial<ConnectorSpec['gemini']>;
  readonly mapping?: Partial<ConnectorSpec['mapping']>;
  readonly deletePolicy?: ConnectorSpec['reconciliation']['deletePolicy'];
}

/** A connector for the data store without access control that the stand-in for Discovery Engine has in its own tests. */
export function connectorSpec({ gemini, mapping, deletePolicy }: SpecChanges = {}): ConnectorSpec {
  return {
    mode: 'sql_pull',
    source: { type: 'postgres', secretRef: 'hr-db', query: 'SELECT id, name FROM employees' },
    mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}', ...mapping },
    output: { bucket: 'gs://company-sync', prefix: 'hr', format: 'ndjson' },
    gemini: {
      projectId: 'my-project',
      location: 'eu',
      dataStoreId: 'hr',
      contentConfig: 'NO_CONTENT',
      ...gemini,
    },
    reconciliation: { deletePolicy: deletePolicy ?? 'auto_delete_missing' },
  };
}

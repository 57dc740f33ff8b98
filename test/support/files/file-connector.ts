import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes `staff.yaml`, as JSON, which is YAML: a connector that reads the CSV files in `exports` and needs no server. */
export function writeFileConnector(
  cwd: string,
  { bucket = 'file://./bucket' }: { readonly bucket?: string } = {},
): void {
  const connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'staff' },
    spec: {
      mode: 'file_pull',
      source: { type: 'file', path: join(cwd, 'exports'), glob: '**/*.csv', format: 'csv' },
      mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ team }}' },
      output: { bucket, prefix: 'staff', format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'staff' },
      reconciliation: { deletePolicy: 'auto_delete_missing' },
    },
  };
  writeFileSync(join(cwd, 'staff.yaml'), JSON.stringify(connector));
}

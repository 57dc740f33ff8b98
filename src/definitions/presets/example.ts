import { dump } from 'js-yaml';
import type { Preset } from './preset.ts';

/** A complete connector that uses a preset, as YAML. */
export function exampleOf({ name, file, url, example }: Preset): string {
  const connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: file },
    spec: {
      mode: 'rest_pull',
      schedule: '15 * * * *',
      source: { type: 'http', preset: name, url, ...example.source },
      mapping: example.mapping,
      output: { bucket: 'gs://company-gemini-sync', prefix: file, format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: `${file}-ds` },
      reconciliation: { deletePolicy: example.deletePolicy },
    },
  };
  return Object.entries(example.names).reduce(
    (text, [placeholder, own]) => text.replaceAll(new RegExp(`\\b${placeholder}\\b`, 'g'), String(own)),
    dump(connector, { lineWidth: -1 }),
  );
}

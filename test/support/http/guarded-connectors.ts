import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `support-push` has a token that resolves, `orders-push` has none; `pulled` has a secret that is not a valid token. */
export function writeConnectors(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const push = (name: string, secret: string) =>
    connector(name, 'rest_push', `{ type: http, secretRef: ${secret} }`);
  writeFileSync(join(folder, 'support.yaml'), push('support-push', 'support-push-token'));
  writeFileSync(join(folder, 'orders.yaml'), push('orders-push', 'orders-push-token'));
  const source = '{ type: postgres, secretRef: support-push-token, query: SELECT id FROM t }';
  writeFileSync(join(folder, 'pulled.yaml'), connector('pulled', 'sql_pull', source));
}

function connector(name: string, mode: string, source: string): string {
  return `apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata: { name: ${name} }
spec:
  mode: ${mode}
  source: ${source}
  mapping: { idField: id, titleField: id, contentTemplate: '{{ id }}' }
  output: { bucket: gs://company-gemini-sync, prefix: ${name}, format: ndjson }
  gemini: { projectId: my-project, location: global, dataStoreId: d }
  reconciliation: { deletePolicy: never_delete }
`;
}

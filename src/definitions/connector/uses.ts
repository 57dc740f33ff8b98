import { textAt } from '../draft.ts';
import type { DefinitionUses, UsedFile, UsedServer } from '../uses.ts';
import { secretReferences, secretRefsOf, type SecretReceiver } from './secrets/secret-references.ts';

const SOURCE = 'spec.source';

/** The addresses of a source, each with what receives the secrets there. */
const ADDRESSES: readonly (readonly [key: string, receiver: SecretReceiver])[] = [
  ['url', 'api'],
  ['parents.url', 'api'],
  ['detail.url', 'api'],
  ['job.start.url', 'api'],
  ['job.poll.url', 'api'],
  ['oauth.tokenUrl', 'token'],
  ['login.url', 'login'],
];

/** What a connector names. The host of a database is not in the file: it is checked when its secret is read. */
export function connectorUses(connector: unknown): DefinitionUses {
  const bucket = textAt(connector, 'spec.output.bucket');
  const prefix = textAt(connector, 'spec.output.prefix');
  const dataStore = ['projectId', 'location', 'dataStoreId'].map((key) =>
    textAt(connector, `spec.gemini.${key}`),
  );
  return {
    secrets: secretReferences(connector),
    servers: usedServers(connector),
    files: usedFiles(connector),
    ...(bucket === undefined || prefix === undefined
      ? {}
      : { output: { path: 'spec.output.bucket', bucket, prefix } }),
    ...(dataStore.includes(undefined)
      ? {}
      : { dataStore: { path: 'spec.gemini.dataStoreId', name: dataStore.join('/') } }),
  };
}

function usedServers(connector: unknown): UsedServer[] {
  return ADDRESSES.flatMap(([key, receiver]) => {
    const path = `${SOURCE}.${key}`;
    const address = textAt(connector, path);
    if (address === undefined) return [];
    return [{ path, address, secretRefs: secretRefsOf(connector, receiver) }];
  });
}

function usedFiles(connector: unknown): UsedFile[] {
  const isFolder = textAt(connector, `${SOURCE}.type`) === 'file';
  const paths = [...(isFolder ? ['path'] : []), 'tls.caFile', 'tls.certFile', 'tls.keyFile'];
  return paths.flatMap((key) => {
    const path = `${SOURCE}.${key}`;
    const file = textAt(connector, path);
    return file === undefined ? [] : [{ path, file, isNormalized: isFolder }];
  });
}

import { aclOf, contentConfigOf, type Connector } from '../../../definitions/connector/types.ts';
import { dataStoreOf, endpointOf, type DataStore } from '../../../gemini/api/requests.ts';
import { shellWord } from '../../../core/text/shell-word.ts';

/** Google's limit. */
const DATA_STORE_ID_LENGTH_MAX = 63;

/** gcloud has no command for data stores, so they are created with the REST API. Nothing happens if the data store exists. */
export function createDataStore(connector: Connector, store: DataStore = connector.spec.gemini): string[] {
  const { metadata, spec } = connector;
  const url = `${endpointOf(store.location)}/v1/${dataStoreOf(store)}`;
  const cut = url.lastIndexOf('/');
  const create = `${url.slice(0, cut)}?dataStoreId=${url.slice(cut + 1)}`;
  const body = {
    displayName: metadata.name,
    industryVertical: 'GENERIC',
    solutionTypes: ['SOLUTION_TYPE_SEARCH'],
    contentConfig: contentConfigOf(spec),
    aclEnabled: aclOf(spec) === 'required',
  };
  const token = '-H "Authorization: Bearer $(gcloud auth print-access-token)"';
  const project = `-H ${shellWord(`X-Goog-User-Project: ${store.projectId}`)}`;
  return [
    `curl -sS --fail -o /dev/null ${token} ${project} \\`,
    `  ${shellWord(url)} ||`,
    `curl -sS --fail -X POST ${token} ${project} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${shellWord(JSON.stringify(body))} \\`,
    `  ${shellWord(create)}`,
  ];
}

/** A new data store in addition to the existing one, whose settings do not match the connector and cannot be changed. */
export function replacementOf({ spec }: Connector): DataStore {
  const ending = aclOf(spec) === 'required' ? '-acl' : '-2';
  const { dataStoreId } = spec.gemini;
  const start = dataStoreId.slice(0, DATA_STORE_ID_LENGTH_MAX - ending.length);
  return { ...spec.gemini, dataStoreId: `${start}${ending}` };
}

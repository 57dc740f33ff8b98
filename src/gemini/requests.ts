import { BridgeError } from '../core/errors.ts';
import { DISCOVERY_URIS_PER_REQUEST_MAX } from '../core/limits.ts';
import type { ManifestFile } from '../pipeline/ports.ts';

/** A data store of Discovery Engine, as `spec.gemini` names it. */
export interface DataStore {
  readonly projectId: string;
  /** `global`, `us`, `eu`, or a region. */
  readonly location: string;
  readonly dataStoreId: string;
}

/** Where per-document errors go: a folder of its own for each request, which must be empty. Ends with `/`. */
interface ErrorConfig {
  readonly gcsPrefix: string;
}

export interface ImportRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly body: {
    readonly gcsSource: { readonly inputUris: readonly string[]; readonly dataSchema: 'document' };
    readonly reconciliationMode: 'INCREMENTAL';
    readonly errorConfig: ErrorConfig;
  };
}

export interface PurgeRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly body: {
    /** The only filter there is. Without `gcsSource` it would empty the data store, so the two are never apart. */
    readonly filter: '*';
    readonly gcsSource: { readonly inputUris: readonly string[]; readonly dataSchema: 'document_id' };
    /** False would only count. */
    readonly force: true;
    readonly errorConfig: ErrorConfig;
  };
}

/**
 * The API's endpoint for a location. The multi-regions have hosts of their own, and so have the newer regions; a request to
 * the host of another location is answered with 404.
 * @throws BridgeError CONNECTOR_INVALID if the location could not be part of a host name: credentials go there.
 */
export function endpointOf(location: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(location)) {
    throw new BridgeError(
      'CONNECTOR_INVALID',
      `gemini.location ${JSON.stringify(location)} is not a location.`,
      {
        hint: 'Write `global`, `us`, `eu` or a region such as `europe-west2`.',
      },
    );
  }
  if (location === 'global') return 'https://discoveryengine.googleapis.com';
  if (location === 'us' || location === 'eu') return `https://${location}-discoveryengine.googleapis.com`;
  return `https://discoveryengine.${location}.rep.googleapis.com`;
}

/** The branch that documents live in, as a resource name. */
export function branchOf(store: DataStore): string {
  const { projectId, location, dataStoreId } = store;
  const [project, place, id] = [projectId, location, dataStoreId].map(encodeURIComponent);
  return `projects/${project}/locations/${place}/collections/default_collection/dataStores/${id}/branches/default_branch`;
}

/**
 * Requests that import these files (of kind `upserts.discovery`), as few as Google's limit allows; none for no file.
 * INCREMENTAL, because FULL deletes whatever the files lack. `errorsUri` ends with `/`.
 */
export function importRequests(
  store: DataStore,
  files: readonly ManifestFile[],
  errorsUri: string,
): ImportRequest[] {
  return inRequests(files).map((inputUris, index) => ({
    method: 'POST',
    url: `${endpointOf(store.location)}/v1/${branchOf(store)}/documents:import`,
    body: {
      gcsSource: { inputUris, dataSchema: 'document' },
      reconciliationMode: 'INCREMENTAL',
      errorConfig: { gcsPrefix: `${errorsUri}import-${index + 1}/` },
    },
  }));
}

/**
 * Requests that delete the documents listed in these files (of kind `deletes.discovery`); none for no file, since a purge
 * without a source empties the data store. `errorsUri` ends with `/`.
 */
export function purgeRequests(
  store: DataStore,
  files: readonly ManifestFile[],
  errorsUri: string,
): PurgeRequest[] {
  return inRequests(files).map((inputUris, index) => ({
    method: 'POST',
    url: `${endpointOf(store.location)}/v1/${branchOf(store)}/documents:purge`,
    body: {
      filter: '*',
      gcsSource: { inputUris, dataSchema: 'document_id' },
      force: true,
      errorConfig: { gcsPrefix: `${errorsUri}purge-${index + 1}/` },
    },
  }));
}

/** Files without a row are left out: what an import of an empty file does is not documented. */
function inRequests(files: readonly ManifestFile[]): string[][] {
  const uris = files.filter((file) => file.rows > 0).map((file) => file.uri);
  const requests = Math.ceil(uris.length / DISCOVERY_URIS_PER_REQUEST_MAX);
  return Array.from({ length: requests }, (_, index) =>
    uris.slice(index * DISCOVERY_URIS_PER_REQUEST_MAX, (index + 1) * DISCOVERY_URIS_PER_REQUEST_MAX),
  );
}

import { BridgeError } from '../../core/errors.ts';
import { DISCOVERY_URIS_PER_REQUEST_MAX } from '../limits.ts';
import type { ManifestFile } from '../../pipeline/ports/ports.ts';

/** A data store of Discovery Engine, as `spec.gemini` names it. */
export interface DataStore {
  readonly projectId: string;
  /** `global`, `us`, `eu`, or a region. */
  readonly location: string;
  readonly dataStoreId: string;
}

/** The folder for per-document errors. Each request has its own, which must be empty. The URI ends with `/`. */
interface ErrorConfig {
  readonly gcsPrefix: string;
}

/** The body of `documents:import` for files. */
export interface ImportBody {
  readonly gcsSource: { readonly inputUris: readonly string[]; readonly dataSchema: 'document' };
  /** FULL deletes every document that is not in the files. */
  readonly reconciliationMode: 'INCREMENTAL' | 'FULL';
  readonly errorConfig?: ErrorConfig;
}

/** The body of `documents:purge` for files of ids. */
export interface PurgeBody {
  /**
   * The API accepts no other filter. Without `gcsSource` it would empty the data store, so the two are always sent together.
   */
  readonly filter: '*';
  readonly gcsSource: { readonly inputUris: readonly string[]; readonly dataSchema: 'document_id' };
  /** If false, the purge only counts. */
  readonly force: boolean;
  readonly errorConfig?: ErrorConfig;
}

/** A request that is written to a file instead of being sent. */
export interface WrittenRequest<Body> {
  readonly method: 'POST';
  readonly url: string;
  readonly body: Body;
}

/**
 * The API's endpoint for a location. The multi-regions and the newer regions have their own hosts; a request to the host of
 * another location is answered with 404.
 * @throws BridgeError CONNECTOR_INVALID if the location is not valid in a host name, because credentials are sent to that host.
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

/** The resource name of a data store. */
export function dataStoreOf({ projectId, location, dataStoreId }: DataStore): string {
  const [project, place, id] = [projectId, location, dataStoreId].map(encodeURIComponent);
  return `projects/${project}/locations/${place}/collections/default_collection/dataStores/${id}`;
}

/** The resource name of the branch that contains the documents. */
export function branchOf(store: DataStore): string {
  return `${dataStoreOf(store)}/branches/default_branch`;
}

export function importBody(
  files: readonly ManifestFile[],
  mode: ImportBody['reconciliationMode'],
  errorsUri: string | undefined,
): ImportBody {
  return {
    gcsSource: { inputUris: urisOf(files), dataSchema: 'document' },
    reconciliationMode: mode,
    ...errorConfig(errorsUri),
  };
}

export function purgeBody(
  files: readonly ManifestFile[],
  force: boolean,
  errorsUri: string | undefined,
): PurgeBody {
  return {
    filter: '*',
    gcsSource: { inputUris: urisOf(files), dataSchema: 'document_id' },
    force,
    ...errorConfig(errorsUri),
  };
}

function errorConfig(gcsPrefix: string | undefined): { errorConfig?: ErrorConfig } {
  return gcsPrefix === undefined ? {} : { errorConfig: { gcsPrefix } };
}

/**
 * The URIs of files. A request without files is never made: an import without files is not documented, and a purge without
 * files empties the data store.
 * @throws BridgeError INTERNAL
 */
function urisOf(files: readonly ManifestFile[]): string[] {
  if (files.length > 0) return files.map(({ uri }) => uri);
  throw new BridgeError('INTERNAL', 'A request without a file was about to be made.');
}

/**
 * The requests that import these files (of kind `upserts.discovery`), as few as Google's limit allows; an empty list if there
 * are no files. `errorsUri` ends with `/`.
 */
export function importRequests(
  store: DataStore,
  files: readonly ManifestFile[],
  mode: ImportBody['reconciliationMode'],
  errorsUri: string,
): WrittenRequest<ImportBody>[] {
  return requestGroups(files).map((group, index) => ({
    method: 'POST',
    url: `${endpointOf(store.location)}/v1/${branchOf(store)}/documents:import`,
    body: importBody(group, mode, `${errorsUri}import-${index + 1}/`),
  }));
}

/**
 * The requests that delete the documents listed in these files (of kind `deletes.discovery`); an empty list if there are no
 * files. `errorsUri` ends with `/`.
 */
export function purgeRequests(
  store: DataStore,
  files: readonly ManifestFile[],
  errorsUri: string,
): WrittenRequest<PurgeBody>[] {
  return requestGroups(files).map((group, index) => ({
    method: 'POST',
    url: `${endpointOf(store.location)}/v1/${branchOf(store)}/documents:purge`,
    body: purgeBody(group, true, `${errorsUri}purge-${index + 1}/`),
  }));
}

/** Groups the files by what one request may list. Files without rows are omitted. */
export function requestGroups(files: readonly ManifestFile[]): ManifestFile[][] {
  const filled = files.filter((file) => file.rows > 0);
  const groups = Math.ceil(filled.length / DISCOVERY_URIS_PER_REQUEST_MAX);
  return Array.from({ length: groups }, (_, index) =>
    filled.slice(index * DISCOVERY_URIS_PER_REQUEST_MAX, (index + 1) * DISCOVERY_URIS_PER_REQUEST_MAX),
  );
}

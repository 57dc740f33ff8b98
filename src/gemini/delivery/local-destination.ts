import { folderOf, requestName } from '../../pipeline/artifact/layout.ts';
import type { Destination } from '../../pipeline/ports/delivery-port.ts';
import type { ArtifactStore } from '../../pipeline/ports/ports.ts';
import { filesOf, modeOf, rowsOf } from './manifest-files.ts';
import { importRequests, purgeRequests, type DataStore } from '../api/requests.ts';

/**
 * The destination of `--local`: writes the requests that would be sent to Discovery Engine into the run's folder, as
 * `requests/import-documents.json` and `requests/purge-documents.json`, and counts everything as accepted. It sends nothing.
 * @throws BridgeError from `deliver`: ARTIFACT_*, CONNECTOR_INVALID for an invalid location, INTERNAL if the manifest lacks the
 *   files that Discovery Engine reads.
 */
export function localDestination(dataStore: DataStore): Destination {
  return {
    async deliver(manifest, store, _journal, signal) {
      const upserts = filesOf(manifest, 'upserts');
      const deletes = filesOf(manifest, 'deletes');
      const [anyFile] = manifest.files;
      if (anyFile !== undefined) {
        const folder = folderOf(anyFile.name);
        const errorsUri = `${anyFile.uri.slice(0, anyFile.uri.lastIndexOf('/'))}/errors/`;
        const write = (kind: 'import' | 'purge', requests: readonly unknown[]) =>
          writeRequests(store, (number) => requestName(folder, kind, number), requests, signal);
        await write('import', importRequests(dataStore, upserts, modeOf(manifest), errorsUri));
        await write('purge', purgeRequests(dataStore, deletes, errorsUri));
      }
      return { upserts: rowsOf(upserts), deletes: rowsOf(deletes), rejected: 0 };
    },
  };
}

/** Replaces existing files: a newer version that finishes a run may write its requests differently. */
async function writeRequests(
  store: ArtifactStore,
  nameOf: (number: number) => string,
  requests: readonly unknown[],
  signal: AbortSignal,
): Promise<void> {
  for (const [index, request] of requests.entries()) {
    signal.throwIfAborted();
    await store.replace(nameOf(index + 1), Buffer.from(`${JSON.stringify(request, undefined, 2)}\n`));
  }
}

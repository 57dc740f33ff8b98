import { aclOf, contentConfigOf, type Connector } from '../../src/definitions/connector/types.ts';
import type { Reader, StoredDocument } from '../../test/stand-ins/discovery-engine/branch/branch.ts';
import { startGoogleStandIn } from '../../test/stand-ins/google.ts';

export type Documents = ReadonlyMap<string, StoredDocument>;

/** The bucket and the data store of a connector, on this machine. */
export interface QuickstartStore {
  /** The variables that send a run here. */
  readonly env: Readonly<Record<string, string>>;
  /** What listens where, a line each. */
  places(): string[];
  /** What the data store has now, by id. A document that is written again is another object. */
  documents(): Documents;
  /** The ids of the documents that somebody's searches may find. */
  foundBy(reader: Reader): string[];
  /** @throws Error if a request or a document was not as Google's descriptors have it. */
  requireFaultless(): void;
  close(): Promise<void>;
}

/** @param folder where the bucket's objects are kept */
export async function startQuickstartStore({ spec }: Connector, folder: string): Promise<QuickstartStore> {
  const { projectId, location, dataStoreId } = spec.gemini;
  const place = { project: projectId, location, id: dataStoreId };
  const acl = aclOf(spec);
  const bucket = spec.output.bucket.replace(/^gs:\/\/|\/$/g, '');
  const google = await startGoogleStandIn({
    buckets: [bucket],
    folder,
    dataStores: [{ ...place, aclEnabled: acl === 'required', contentConfig: contentConfigOf(spec) }],
    // Waiting for minutes, as for Google, would show nothing.
    synchronous: true,
  });
  const { engine, gcs, env } = google;
  return {
    env,
    places: () => [
      `Cloud Storage (stand-in) at ${gcs.url.replace('http://', '')}`,
      `  bucket ${bucket}`,
      `Discovery Engine (stand-in) at ${engine.url.replace('http://', '')}`,
      `  data store ${dataStoreId}, ${acl === 'required' ? 'with' : 'without'} access control`,
    ],
    documents: () => new Map(engine.documents(place)),
    foundBy: (reader) => engine.searchAs(place, reader),
    requireFaultless() {
      const [violation] = engine.violations;
      if (violation !== undefined) throw new Error(`Google would not have taken this: ${violation}`);
    },
    close: () => google.close(),
  };
}

import { createReadStream } from 'node:fs';
import { startDiscoveryEngineStandIn } from './discovery-engine/stand-in.ts';
import type { DiscoveryEngineOptions, StandInStorage } from './discovery-engine/options.ts';
import { startGcsStandIn, type GcsStandIn } from './gcs/gcs-stand-in.ts';
import type { Access } from './gcs/iam-api.ts';

type Engine = Awaited<ReturnType<typeof startDiscoveryEngineStandIn>>;

/** Cloud Storage and Discovery Engine on this machine; the one reads what is in the other. */
export interface GoogleStandIn {
  readonly gcs: GcsStandIn;
  readonly engine: Engine;
  /** The variables that send a run here. */
  readonly env: { readonly GCS_ENDPOINT: string; readonly DISCOVERY_ENGINE_ENDPOINT: string };
  close(): Promise<void>;
}

interface GoogleOptions extends Omit<DiscoveryEngineOptions, 'storage'> {
  readonly buckets: readonly string[];
  /** Where objects are kept; a temporary folder unless given. */
  readonly folder?: string;
  /** To the buckets. */
  readonly access?: Partial<Access>;
  /** `watch` for the requests to Cloud Storage. */
  readonly watchGcs?: Parameters<typeof startGcsStandIn>[0]['watch'];
}

export async function startGoogleStandIn({
  buckets,
  folder,
  access,
  watchGcs,
  ...options
}: GoogleOptions): Promise<GoogleStandIn> {
  const gcs = await startGcsStandIn({
    buckets,
    ...(folder !== undefined && { folder }),
    ...(access !== undefined && { access }),
    ...(watchGcs !== undefined && { watch: watchGcs }),
  });
  const engine = await startDiscoveryEngineStandIn({ ...options, storage: storageIn(gcs) });
  return {
    gcs,
    engine,
    env: { GCS_ENDPOINT: gcs.url, DISCOVERY_ENGINE_ENDPOINT: engine.url },
    async close() {
      await engine.close();
      await gcs.close();
    },
  };
}

function storageIn(gcs: GcsStandIn): StandInStorage {
  return {
    async *open(uri) {
      const { bucket, name } = placeOf(uri);
      const object = gcs.objects(bucket, name).find((candidate) => candidate.name === name);
      if (object === undefined) throw new Error(`There is no ${uri}.`);
      yield* createReadStream(object.file);
    },
    list(prefix) {
      const { bucket, name } = placeOf(prefix);
      return Promise.resolve(gcs.objects(bucket, name).map((object) => `gs://${bucket}/${object.name}`));
    },
    write(uri, bytes) {
      const { bucket, name } = placeOf(uri);
      return gcs.write(bucket, name, bytes);
    },
  };
}

function placeOf(uri: string): { readonly bucket: string; readonly name: string } {
  const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.*)$/s.exec(uri) ?? [];
  return { bucket, name };
}

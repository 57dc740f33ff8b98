import { afterEach, beforeEach } from '@jest/globals';
import { gcsStore } from '../../src/artifacts/gcs/store.ts';
import type { ArtifactStore } from '../../src/pipeline/ports/ports.ts';
import { startGcsStandIn, type GcsStandIn } from '../stand-ins/gcs/gcs-stand-in.ts';
import { ALWAYS_HELD } from './pipeline/always-held.ts';

export const BUCKET = 'company-sync';
const PAGE_OBJECTS = 7;
/** Every test that cuts a download waits for this time, once for each cut. */
const READ_IDLE_MS = 500;

/** A stand-in of its own for each test of a file, with one bucket, and stores on it. */
export function gcsForEachTest(): { server(): GcsStandIn; store(retries?: number): ArtifactStore } {
  let gcs: GcsStandIn;
  beforeEach(async () => {
    gcs = await startGcsStandIn({ buckets: [BUCKET], pageObjects: PAGE_OBJECTS });
  });
  afterEach(async () => {
    await gcs.close();
  });
  return {
    server: () => gcs,
    store: (retries = 0) =>
      gcsStore(`gs://${BUCKET}`, {
        gcsEndpoint: { url: gcs.url, loopback: true },
        retry: { retries, backoffSeconds: 0 },
        leases: ALWAYS_HELD,
        readIdleMs: READ_IDLE_MS,
      }),
  };
}

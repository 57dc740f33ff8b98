import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gcsStore } from '../../src/artifacts/gcs-store.ts';
import { startGcsStandIn, type GcsStandIn } from '../stand-ins/gcs/gcs-stand-in.ts';
import { artifactStoreContract, readArtifact, writeArtifact } from '../contracts/artifact-store.contract.ts';

const BUCKET = 'company-sync';

let gcs: GcsStandIn;
beforeEach(async () => {
  gcs = await startGcsStandIn({ buckets: [BUCKET] });
});
afterEach(async () => {
  await gcs.close();
});

const storeOf = (retries = 0) =>
  gcsStore(`gs://${BUCKET}`, {
    gcsEndpoint: { url: gcs.url, loopback: true },
    retry: { retries, backoffSeconds: 0 },
  });

artifactStoreContract('a bucket', () => Promise.resolve(storeOf()));

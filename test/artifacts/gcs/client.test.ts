import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gcsPlace } from '../../../src/artifacts/gcs/connection.ts';
import { gcsStore } from '../../../src/artifacts/gcs/store.ts';
import { readArtifact, writeArtifact } from '../../contracts/artifact-store.contract.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { BUCKET, gcsForEachTest } from '../../support/gcs.ts';
import { workloadIdentityFile } from '../../support/google-credentials.ts';
import { startHttp, type LocalServer } from '../../support/http/local-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const TOKEN = 'token-that-stays-secret';
const VARIABLES = [
  'GOOGLE_APPLICATION_CREDENTIALS',
  'STORAGE_EMULATOR_HOST',
  'METADATA_SERVER_DETECTION',
  'HOME',
];

const gcs = gcsForEachTest();
const folders = temporaryFolders();
const before = VARIABLES.map((name) => [name, process.env[name]] as const);

/** Exchanges a workload's identity for a token, as Google's does. */
let tokens: LocalServer;
let tokenStatus: number;
let tokensGiven: number;
let folder: string;

beforeEach(async () => {
  tokenStatus = 200;
  tokensGiven = 0;
  tokens = await startHttp((_, response) => {
    tokensGiven += 1;
    const answer =
      tokenStatus === 200
        ? { access_token: TOKEN, token_type: 'Bearer', expires_in: 3_600, issued_token_type: 'x' }
        : { error: 'invalid_grant', error_description: 'the identity is not known here' };
    response.writeHead(tokenStatus, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  folder = folders.make();
  process.env['HOME'] = folder;
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const tokenUrl = `${tokens.origin}/token`;
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = workloadIdentityFile(folder, tokenUrl);
});
afterEach(async () => {
  await tokens.close();
  folders.removeAll();
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

/** A private endpoint would be https; here only what is sent matters. */
const storeAt = (loopback: boolean) =>
  gcsStore(`gs://${BUCKET}`, {
    gcsEndpoint: { url: gcs.server().url, loopback },
    retry: { retries: 0, backoffSeconds: 0 },
    leases: ALWAYS_HELD,
  });

const authorizations = () => new Set(gcs.server().requests.map(({ headers }) => headers.authorization));

async function everything(loopback: boolean): Promise<void> {
  const store = storeAt(loopback);
  await writeArtifact(store, 'a/one', 'content');
  await writeArtifact(store, 'a/large', 'x'.repeat(9_000_000));
  await store.replace('a/two', Buffer.from('2'));
  await store.list('a');
  await readArtifact(store, 'a/one');
  await store.clear('a');
}

describe('credentials', () => {
  it('go with every request to an endpoint that is not on this machine', async () => {
    await everything(false);
    expect(authorizations()).toEqual(new Set([`Bearer ${TOKEN}`]));
  });

  it('never go to an endpoint on this machine, which needs none', async () => {
    await everything(true);
    expect(authorizations()).toEqual(new Set([undefined]));
  });

  it('that were revoked before they expired are replaced once, and the request is sent again', async () => {
    const store = storeAt(false);
    gcs.server().fail({ fault: { how: 'status', status: 401 } });
    expect(await store.list('')).toEqual([]);
    expect(tokensGiven).toBe(2);
    gcs.server().fail({ fault: { how: 'status', status: 401 }, times: 9 });
    await expect(store.list('')).rejects.toMatchObject({ code: 'ARTIFACT_PERMISSION' });
    expect(gcs.server().requests).toHaveLength(4);
  });

  it('that are refused end the run with an instruction', async () => {
    tokenStatus = 400;
    await expect(storeAt(false).list('')).rejects.toMatchObject({
      code: 'ARTIFACT_CREDENTIALS',
      message: expect.stringMatching(
        /^Cannot use gs:\/\/company-sync: Google gives no token: .*invalid_grant/,
      ),
      hint: expect.stringContaining('gcloud auth application-default login'),
    });
    expect(gcs.server().requests).toEqual([]);
  });

  it('that are temporarily unavailable do not require a change', async () => {
    tokenStatus = 503;
    await expect(storeAt(false).list('')).rejects.toMatchObject({
      code: 'ARTIFACT_READ_FAILED',
      retryable: true,
    });
  });

  it('that do not exist end the run with an instruction', async () => {
    delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
    await expect(writeArtifact(storeAt(false), 'a/one', 'content')).rejects.toMatchObject({
      code: 'ARTIFACT_CREDENTIALS',
      message: expect.stringContaining('no metadata server of Google Cloud answers'),
      hint: expect.stringContaining('gcloud auth application-default login'),
    });
    expect(gcs.server().requests).toEqual([]);
  });
});

describe('the endpoint', () => {
  it('is Google over https, unless another is given', () => {
    expect(gcsPlace(undefined)).toEqual({ url: 'https://storage.googleapis.com', anonymous: false });
    const url = 'https://private.example.com/gcs';
    expect(gcsPlace({ url, loopback: false })).toEqual({ url, anonymous: false });
  });

  it('is not what STORAGE_EMULATOR_HOST says', async () => {
    process.env['STORAGE_EMULATOR_HOST'] = 'http://127.0.0.1:9';
    await everything(true);
    await everything(false);
    expect(authorizations()).toEqual(new Set([undefined, `Bearer ${TOKEN}`]));
  });
});

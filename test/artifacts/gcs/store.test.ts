import { describe, expect, it } from '@jest/globals';
import { gcsStore } from '../../../src/artifacts/gcs/store.ts';
import { GCS_CHUNK_BYTES, GCS_READ_BYTES } from '../../../src/artifacts/limits.ts';
import type { LeaseGuard } from '../../../src/pipeline/held-leases.ts';
import type { ArtifactStore } from '../../../src/pipeline/ports/ports.ts';
import {
  artifactStoreContract,
  readArtifact,
  writeArtifact,
} from '../../contracts/artifact-store.contract.ts';
import type { Fault } from '../../stand-ins/gcs/faults.ts';
import { describeLeasedStoreContract, LosableLeases } from '../../contracts/leased-store.contract.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { BUCKET, gcsForEachTest } from '../../support/gcs.ts';

const gcs = gcsForEachTest();

artifactStoreContract('a bucket', () => Promise.resolve(gcs.store()));
describeLeasedStoreContract('a bucket', (leases) => leasedStore(leases), { partBytes: GCS_CHUNK_BYTES });

const unavailable: Fault = { how: 'status', status: 503 };
const OPERATIONS: [string, (store: ArtifactStore) => Promise<unknown>][] = [
  ['create', (store) => writeArtifact(store, 'a/new', 'content')],
  ['replace', (store) => store.replace('a/one', Buffer.from('other'))],
  ['open', (store) => readArtifact(store, 'a/one')],
  ['list', (store) => store.list('a')],
  ['remove', (store) => store.remove('a/one')],
  ['clear', (store) => store.clear('a')],
];

describe('a bucket', () => {
  it('has artifacts under literal URIs, as Discovery Engine takes them', async () => {
    const { uri } = await writeArtifact(gcs.store(), 'runs/R 1/ä%20.txt', 'content');
    expect(uri).toBe(`gs://${BUCKET}/runs/R 1/ä%20.txt`);
    expect(String(await gcs.server().read(BUCKET, 'runs/R 1/ä%20.txt'))).toBe('content');
  });

  it('lists and clears folders of several pages', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `runs/R1/${String(index).padStart(2, '0')}`);
    for (const name of [...names, 'runs/R10/x']) await gcs.server().write(BUCKET, name, Buffer.from(name));
    expect(await gcs.store().list('runs/R1')).toEqual(names);
    await gcs.store().clear('runs/R1');
    expect(
      gcs
        .server()
        .objects(BUCKET)
        .map(({ name }) => name),
    ).toEqual(['runs/R10/x']);
  });

  it('lists no folder that the console made, and clears it', async () => {
    await gcs.server().write(BUCKET, 'a/', Buffer.from(''));
    await gcs.server().write(BUCKET, 'a/one', Buffer.from('1'));
    expect(await gcs.store().list('a')).toEqual(['a/one']);
    await gcs.store().clear('a');
    expect(gcs.server().objects(BUCKET)).toEqual([]);
  });

  it('sorts as JavaScript does, whatever the order of the server', async () => {
    const names = ['x/\u{1f600}', 'x/\uff01', 'x/a'];
    for (const name of names) await gcs.server().write(BUCKET, name, Buffer.from('1'));
    expect(await gcs.store().list('x')).toEqual(names.sort());
  });

  it('is never cleared as a whole', async () => {
    await gcs.server().write(BUCKET, 'a/one', Buffer.from('1'));
    await expect(gcs.store().clear('')).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(gcs.server().objects(BUCKET)).toHaveLength(1);
  });

  it('is asked by whole names, also for an artifact that is read in several pieces', async () => {
    const content = Buffer.alloc(2 * GCS_READ_BYTES + 1, 'abc');
    await gcs.server().write(BUCKET, 'large', content);
    expect(await readArtifact(gcs.store(), 'large')).toBe(content.toString());
  });
});

describe('every operation on a bucket', () => {
  it.each(OPERATIONS)('%s succeeds after a busy server and broken connections', async (_, operation) => {
    await gcs.server().write(BUCKET, 'a/one', Buffer.from('content'));
    gcs.server().fail({ fault: unavailable });
    gcs.server().fail({ fault: { how: 'drop before' } });
    gcs.server().fail({ fault: { how: 'status', status: 429, reason: 'rateLimitExceeded' } });
    gcs.server().fail({ fault: { how: 'drop after' } });
    await operation(gcs.store(4));
    expect(gcs.server().faultsLeft).toBe(0);
  });

  it.each(OPERATIONS)('%s has its effect once, when answers are lost', async (operationName, operation) => {
    await gcs.server().write(BUCKET, 'a/one', Buffer.from('content'));
    gcs.server().fail({ fault: { how: 'drop after' }, times: 2 });
    await operation(gcs.store(2));
    const expected: Record<string, string[]> = { create: ['a/new', 'a/one'], remove: [], clear: [] };
    const names = gcs
      .server()
      .objects(BUCKET)
      .map(({ name }) => name);
    expect(names).toEqual(expected[operationName] ?? ['a/one']);
  });

  it.each(OPERATIONS)(
    '%s gives up after as many retries as allowed, and may be run again',
    async (_, operation) => {
      await gcs.server().write(BUCKET, 'a/one', Buffer.from('content'));
      gcs.server().fail({ fault: unavailable, times: 100 });
      await expect(operation(gcs.store(3))).rejects.toMatchObject({
        code: expect.stringMatching(/^ARTIFACT_(WRITE|READ)_FAILED$/),
        message: expect.stringMatching(/^Cannot \w+ gs:\/\/company-sync\/a.*: Cloud Storage answers 503: /),
        retryable: true,
      });
      expect(gcs.server().requests).toHaveLength(4);
    },
  );

  it.each(OPERATIONS)('%s says which permission is missing, without trying again', async (_, operation) => {
    await gcs.server().write(BUCKET, 'a/one', Buffer.from('content'));
    gcs.server().fail({ fault: { how: 'status', status: 403, reason: 'forbidden' }, times: 100 });
    await expect(operation(gcs.store(3))).rejects.toMatchObject({
      code: 'ARTIFACT_PERMISSION',
      hint: expect.stringMatching(/roles\/storage\.objectUser.*gs:\/\/company-sync .*storage\.objects\./),
    });
    expect(gcs.server().requests).toHaveLength(1);
  });

  it.each(OPERATIONS)('%s says that the bucket is missing, and how to make it', async (_, operation) => {
    const store = gcsStore('gs://no-such-bucket', {
      gcsEndpoint: { url: gcs.server().url, loopback: true },
      retry: { retries: 3, backoffSeconds: 0 },
      leases: ALWAYS_HELD,
    });
    await expect(operation(store)).rejects.toMatchObject({
      code: 'ARTIFACT_BUCKET_MISSING',
      message: expect.stringContaining('The specified bucket does not exist.'),
      hint: expect.stringContaining('gcloud storage buckets create gs://no-such-bucket'),
    });
  });

  it.each(OPERATIONS)('%s says that the server cannot be reached', async (_, operation) => {
    const store = gcs.store(1);
    await gcs.server().close();
    await expect(operation(store)).rejects.toMatchObject({
      message: expect.stringMatching(/Cloud Storage cannot be reached: .*ECONNREFUSED/),
      retryable: true,
    });
  });
});

describe('reading an object', () => {
  const content = Buffer.alloc(3_000_000, 'abc');

  it('goes on after a connection that broke in the middle', async () => {
    await gcs.server().write(BUCKET, 'one', content);
    const media = { when: ({ query }: { query: URLSearchParams }) => query.get('alt') === 'media' };
    gcs.server().fail({ ...media, fault: { how: 'cut download', bytes: 1_000_000 } });
    gcs.server().fail({ ...media, fault: { how: 'cut download', bytes: 0 } });
    expect(await readArtifact(gcs.store(2), 'one')).toBe(content.toString());
    expect(gcs.server().faultsLeft).toBe(0);
  });

  it.each([
    ['cut short', { how: 'cut download', bytes: 1_000_000 }],
    ['damaged', { how: 'corrupt download' }],
  ] satisfies [string, Fault][])('fails when it is always %s', async (_, fault) => {
    await gcs.server().write(BUCKET, 'one', content);
    gcs.server().fail({ when: ({ query }) => query.get('alt') === 'media', times: 100, fault });
    await expect(readArtifact(gcs.store(2), 'one')).rejects.toMatchObject({
      code: 'ARTIFACT_READ_FAILED',
      message: expect.stringContaining(`gs://${BUCKET}/one`),
    });
  });

  it('fails when the object is replaced by another one meanwhile', async () => {
    const large = Buffer.alloc(GCS_READ_BYTES + 1, 'abc');
    await gcs.server().write(BUCKET, 'one', large);
    const reader = (await gcs.store().open('one'))[Symbol.asyncIterator]();
    await reader.next();
    await gcs.server().write(BUCKET, 'one', large);
    await expect(reader.next()).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
  });
});

function leasedStore(leases: LeaseGuard): ArtifactStore {
  return gcsStore(`gs://${BUCKET}`, {
    gcsEndpoint: { url: gcs.server().url, loopback: true },
    retry: { retries: 3, backoffSeconds: 0 },
    leases,
  });
}

describe('a lease that is lost before a retry', () => {
  const large = async (store: ArtifactStore) => {
    const writer = await store.create('a/large');
    await writer.write(Buffer.alloc(1.5 * GCS_CHUNK_BYTES));
    await writer.finish();
  };
  it.each([
    ...OPERATIONS.filter(([name]) => ['create', 'replace', 'remove'].includes(name)),
    ['create in parts', large] as const,
  ])('keeps %s from being sent again', async (_name, change) => {
    await gcs.server().write(BUCKET, 'a/one', Buffer.from('content'));
    const leases = new LosableLeases();
    let asked = 0;
    const before = gcs.server().requests.length;
    gcs.server().fail({ fault: unavailable, times: 9 });
    const answering = {
      requireHeld: async () => {
        await leases.requireHeld();
        asked += 1;
        leases.lost = true;
      },
    };
    await expect(change(leasedStore(answering))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(asked).toBe(1);
    expect(gcs.server().requests.slice(before)).toHaveLength(1);
  });
});

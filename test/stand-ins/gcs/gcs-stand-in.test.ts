import { Storage } from '@google-cloud/storage';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { startGcsStandIn, type GcsStandIn } from './gcs-stand-in.ts';

const QUANTUM = 262_144;
const folders = temporaryFolders();
let gcs: GcsStandIn;
beforeEach(async () => {
  gcs = await startGcsStandIn({ buckets: ['b'] });
});
afterEach(async () => {
  await gcs.close();
  folders.removeAll();
});

async function begin(query = ''): Promise<string> {
  const url = `${gcs.url}/upload/storage/v1/b/b/o?uploadType=resumable&name=one${query}`;
  const response = await fetch(url, { method: 'POST' });
  return response.headers.get('location') ?? '';
}

async function put(session: string, range: string, body = '', headers: Record<string, string> = {}) {
  const response = await fetch(session, {
    method: 'PUT',
    body,
    headers: { 'content-range': range, ...headers },
  });
  return [response.status, response.headers.get('range')] as const;
}

describe('the stand-in for Cloud Storage', () => {
  it("satisfies Google's own client, which checks what it gets", async () => {
    const bucket = new Storage({ apiEndpoint: gcs.url }).bucket('b');
    const content = Buffer.alloc(3 * QUANTUM + 5, 'abc');
    await bucket.file('multipart').save(content, { resumable: false });
    await bucket.file('resumable').save(content, { resumable: true, chunkSize: QUANTUM });
    for (const name of ['multipart', 'resumable']) {
      const [read] = await bucket.file(name).download({ validation: 'crc32c' });
      expect(read.equals(content)).toBe(true);
    }
    const [files] = await bucket.getFiles();
    expect(files.map(({ name }) => name)).toEqual(['multipart', 'resumable']);
    const [granted] = await bucket.iam.testPermissions(['storage.objects.create']);
    expect(granted).toEqual({ 'storage.objects.create': true });
    expect(await bucket.exists()).toEqual([true]);
    await bucket.file('multipart').delete();
    expect(await bucket.file('multipart').exists()).toEqual([false]);
  });

  it("answers Google's own client about permissions, policies and projects as it is told to", async () => {
    const bindings = [{ role: 'roles/storage.objectViewer', members: ['user:a@example.com'] }];
    const told = await startGcsStandIn({
      buckets: ['b'],
      access: { denied: ['storage.objects.create'], projectNumber: '77', bindings },
    });
    const bucket = new Storage({ apiEndpoint: told.url }).bucket('b');
    const [granted] = await bucket.iam.testPermissions(['storage.objects.create', 'storage.objects.get']);
    const [policy] = await bucket.iam.getPolicy({ requestedPolicyVersion: 3 });
    const [metadata] = await bucket.getMetadata();
    await told.close();
    expect(granted).toEqual({ 'storage.objects.create': false, 'storage.objects.get': true });
    expect(policy.bindings).toEqual(bindings);
    expect(metadata).toMatchObject({ name: 'b', projectNumber: '77' });
  });

  it('keeps a policy and a project from who may not see them, and refuses to test permissions on projects', async () => {
    const denied = ['storage.buckets.get', 'storage.buckets.getIamPolicy'];
    const told = await startGcsStandIn({ buckets: ['b'], access: { denied } });
    const bucket = new Storage({ apiEndpoint: told.url, retryOptions: { autoRetry: false } }).bucket('b');
    const answers = await Promise.allSettled([
      bucket.iam.getPolicy(),
      bucket.getMetadata(),
      bucket.iam.testPermissions(['storage.buckets.list']),
    ]);
    await told.close();
    expect(answers).toMatchObject([403, 403, 400].map((code) => ({ status: 'rejected', reason: { code } })));
  });

  it('keeps of an unfinished upload what fills whole quanta, and says how much that is', async () => {
    const session = await begin();
    expect(await put(session, 'bytes */*')).toEqual([308, null]);
    const body = 'x'.repeat(QUANTUM + 10);
    expect(await put(session, `bytes 0-${body.length - 1}/*`, body)).toEqual([308, `bytes=0-${QUANTUM - 1}`]);
    expect(await put(session, 'bytes */*')).toEqual([308, `bytes=0-${QUANTUM - 1}`]);
    // From there on, or overlapping with it, but not beyond it.
    expect(await put(session, `bytes ${QUANTUM + 1}-${QUANTUM + 2}/*`, 'yy')).toEqual([400, null]);
    expect(await put(session, `bytes ${QUANTUM - 1}-${QUANTUM}/${QUANTUM + 1}`, 'xy')).toEqual([200, null]);
    expect(await put(session, 'bytes */*')).toEqual([200, null]);
    expect(String(await gcs.read('b', 'one'))).toBe(`${'x'.repeat(QUANTUM)}y`);
  });

  it('forgets an upload that is cancelled', async () => {
    const session = await begin();
    expect(gcs.openUploads()).toEqual(['one']);
    expect((await fetch(session, { method: 'DELETE' })).status).toBe(499);
    expect(await put(session, 'bytes 0-0/1', 'x')).toEqual([499, null]);
    expect(gcs.objects('b')).toEqual([]);
  });

  it('refuses content whose checksum differs, and shows nothing of it', async () => {
    const wrong = { 'x-goog-hash': 'crc32c=AAAAAA==' };
    expect(await put(await begin(), 'bytes 0-0/1', 'x', wrong)).toEqual([400, null]);
    const file = new Storage({ apiEndpoint: gcs.url }).bucket('b').file('one');
    const saved = file.save('x', { resumable: false, metadata: { crc32c: 'AAAAAA==' } });
    await expect(saved).rejects.toMatchObject({ code: 400 });
    expect(gcs.objects('b')).toEqual([]);
  });

  it('holds generations against what a request expects', async () => {
    const early = await begin('&ifGenerationMatch=0');
    await gcs.write('b', 'one', Buffer.from('first'));
    const [{ generation } = { generation: '' }] = gcs.objects('b');
    expect(await put(early, 'bytes 0-0/1', 'x')).toEqual([412, null]);
    const url = `${gcs.url}/storage/v1/b/b/o/one`;
    expect((await fetch(`${url}?ifGenerationMatch=1`, { method: 'DELETE' })).status).toBe(412);
    await gcs.write('b', 'one', Buffer.from('second'));
    expect((await fetch(`${url}?alt=media&generation=${generation}`)).status).toBe(404);
    expect(await (await fetch(`${url}?alt=media`)).text()).toBe('second');
  });

  it('gives ranges, folders and pages', async () => {
    for (const name of ['a/1', 'a/b/2', 'a/b/3', 'c']) await gcs.write('b', name, Buffer.from('012345'));
    const range = await fetch(`${gcs.url}/storage/v1/b/b/o/c?alt=media`, { headers: { range: 'bytes=2-3' } });
    expect([range.status, range.headers.get('content-range'), await range.text()]).toEqual([
      206,
      'bytes 2-3/6',
      '23',
    ]);
    const list = async (query: string) =>
      (await (await fetch(`${gcs.url}/storage/v1/b/b/o?${query}`)).json()) as {
        items?: { name: string }[];
        prefixes?: string[];
        nextPageToken?: string;
      };
    const { items, prefixes } = await list('prefix=a/&delimiter=/');
    expect([items?.map(({ name }) => name), prefixes]).toEqual([['a/1'], ['a/b/']]);
    const first = await list('maxResults=3');
    const rest = await list(`maxResults=3&pageToken=${first.nextPageToken ?? ''}`);
    expect([first, rest].map((page) => page.items?.length)).toEqual([3, 1]);
    expect(rest.nextPageToken).toBeUndefined();
  });

  it('refuses what it does not know, rather than do something else', async () => {
    expect((await fetch(`${gcs.url}/storage/v1/b/b/o?versions=true`)).status).toBe(400);
    expect((await fetch(`${gcs.url}/storage/v1/b/b/acl`)).status).toBe(404);
    expect((await fetch(`${gcs.url}/storage/v1/b/other/o`)).status).toBe(404);
  });

  it('keeps contents in a given folder, where they can be read', async () => {
    const folder = join(folders.make(), 'store');
    mkdirSync(folder);
    const other = await startGcsStandIn({ folder, buckets: ['b'] });
    await other.write('b', 'runs/../one?', Buffer.from('1'));
    await other.close();
    expect(readdirSync(folder)).toEqual(['b']);
    const [file = ''] = readdirSync(join(folder, 'b/runs/%2E%2E'));
    expect(file).toMatch(/^one%3F#\d{16}$/);
    expect(readFileSync(join(folder, 'b/runs/%2E%2E', file), 'utf8')).toBe('1');
  });
});

import { describe, expect, it } from '@jest/globals';
import { GCS_CHUNK_BYTES } from '../../../src/artifacts/limits.ts';
import type { ArtifactStore } from '../../../src/pipeline/ports/ports.ts';
import type { Fault, FaultRule } from '../../stand-ins/gcs/faults.ts';
import { eventually } from '../../support/eventually.ts';
import { BUCKET, gcsForEachTest } from '../../support/gcs.ts';

const gcs = gcsForEachTest();

/** Two and a half chunks, in which no place looks like another. */
const LARGE = Buffer.alloc(2.5 * GCS_CHUNK_BYTES);
for (let at = 0; at < LARGE.length; at += 4) LARGE.writeUInt32LE(at, at);
const SMALL = Buffer.from('content');
const SIZES: [string, Buffer][] = [
  ['small', SMALL],
  ['large', LARGE],
];
const PIECE = 1_000_003;

async function upload(store: ArtifactStore, content: Buffer, name = 'a/one') {
  const writer = await store.create(name);
  for (let start = 0; start < content.length; start += PIECE) {
    await writer.write(content.subarray(start, start + PIECE));
  }
  return await writer.finish();
}

const stored = () => gcs.server().read(BUCKET, 'a/one');
const names = () =>
  gcs
    .server()
    .objects(BUCKET)
    .map(({ name }) => name);
const urls = (method: string) =>
  gcs.server().requests.flatMap((request) => (request.method === method ? [request.url] : []));

const begins: FaultRule['when'] = ({ method }) => method === 'POST';
const sends: FaultRule['when'] = ({ contentRange }) => /^bytes \d/.test(contentRange ?? '');
const asks: FaultRule['when'] = ({ contentRange }) => contentRange === 'bytes */*';
const sendsSecond: FaultRule['when'] = ({ contentRange }) =>
  contentRange?.startsWith(`bytes ${GCS_CHUNK_BYTES}-`) ?? false;
const sendsLast: FaultRule['when'] = ({ contentRange }) =>
  contentRange?.endsWith(`/${LARGE.length}`) ?? false;

const busy: Fault = { how: 'status', status: 503 };

describe('an upload', () => {
  it.each([
    ['of one byte less than a chunk', GCS_CHUNK_BYTES - 1, 1],
    ['of exactly a chunk', GCS_CHUNK_BYTES, 1],
    ['of one byte more than a chunk', GCS_CHUNK_BYTES + 1, 3],
    ['of exactly two chunks', 2 * GCS_CHUNK_BYTES, 3],
  ])('%s arrives whole, in no more requests than it needs', async (_, bytes, requests) => {
    const content = LARGE.subarray(0, bytes);
    expect(await upload(gcs.store(), content)).toMatchObject({ bytes });
    expect((await stored()).equals(content)).toBe(true);
    expect(gcs.server().requests).toHaveLength(requests);
  });

  it.each<[string, FaultRule[]]>([
    ['a server that is busy when it begins', [{ when: begins, fault: busy, times: 2 }]],
    ['a lost answer to its beginning', [{ when: begins, fault: { how: 'drop after' } }]],
    ['a busy server', [{ when: sendsSecond, fault: busy }]],
    [
      'a server that is busy also when asked how far it is',
      [
        { when: sendsSecond, fault: busy },
        { when: asks, fault: busy, times: 2 },
      ],
    ],
    ['a quota', [{ when: sends, fault: { how: 'status', status: 429, retryAfter: '0' }, times: 2 }]],
    ['a connection that breaks before a chunk', [{ when: sendsSecond, fault: { how: 'drop before' } }]],
    [
      'a connection that breaks inside a chunk',
      [{ when: sendsSecond, fault: { how: 'cut upload', bytes: 3_000_000 } }],
    ],
    ['a lost answer to a chunk', [{ when: sendsSecond, fault: { how: 'drop after' } }]],
    ['a busy server at the end', [{ when: sendsLast, fault: busy }]],
    [
      'a connection that breaks inside the last chunk',
      [{ when: sendsLast, fault: { how: 'cut upload', bytes: 3_000_000 } }],
    ],
    ['a lost answer to the last chunk', [{ when: sendsLast, fault: { how: 'drop after' } }]],
    [
      'two lost answers to the last chunk',
      [
        { when: sendsLast, fault: { how: 'drop after' } },
        { when: asks, fault: { how: 'drop after' } },
      ],
    ],
  ])('survives %s', async (_, rules) => {
    for (const rule of rules) gcs.server().fail(rule);
    await upload(gcs.store(3), LARGE);
    expect(gcs.server().faultsLeft).toBe(0);
    expect((await stored()).equals(LARGE)).toBe(true);
  });

  it('may fail as often for each chunk as is allowed for one', async () => {
    gcs.server().fail({ when: begins, fault: busy, times: 2 });
    for (const start of [0, GCS_CHUNK_BYTES, 2 * GCS_CHUNK_BYTES]) {
      gcs.server().fail({
        when: ({ contentRange }) => contentRange?.startsWith(`bytes ${start}-`) ?? false,
        fault: busy,
        times: 2,
      });
    }
    await upload(gcs.store(2), LARGE);
    expect(gcs.server().faultsLeft).toBe(0);
  });

  it('sends only what did not arrive', async () => {
    gcs.server().fail({ when: sendsSecond, fault: { how: 'cut upload', bytes: 3_000_000 } });
    await upload(gcs.store(1), LARGE);
    const kept = GCS_CHUNK_BYTES + Math.floor(3_000_000 / 262_144) * 262_144;
    const ranges = gcs.server().requests.map(({ headers }) => headers['content-range']);
    expect(ranges).toContain(`bytes ${kept}-${2 * GCS_CHUNK_BYTES - 1}/*`);
  });

  it('that gives up says so without its session key, and leaves nothing', async () => {
    gcs.server().fail({ when: sendsSecond, fault: { how: 'drop before' } });
    gcs.server().fail({ when: asks, fault: { how: 'drop before' }, times: 100 });
    const failure = await upload(gcs.store(2), LARGE).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'ARTIFACT_WRITE_FAILED',
      message: expect.stringMatching(
        /^Cannot write gs:\/\/company-sync\/a\/one: Cloud Storage cannot be reached: /,
      ),
    });
    const { message, hint, stack, cause } = failure as Error & { hint: string };
    expect(`${message} ${hint} ${String(stack)} ${String(cause)}`).not.toContain('upload_id');
    expect(names()).toEqual([]);
    expect(gcs.server().openUploads()).toEqual([]);
  });

  it.each([404, 410])(
    'whose session is gone (%i) fails, and does not take the bucket for missing',
    async (status) => {
      gcs.server().fail({ when: sendsSecond, fault: { how: 'status', status, reason: 'notFound' } });
      await expect(upload(gcs.store(2), LARGE)).rejects.toMatchObject({
        code: 'ARTIFACT_WRITE_FAILED',
        message: expect.stringContaining('knows nothing of the upload'),
      });
    },
  );
});

describe('content that was damaged', () => {
  const brings: FaultRule['when'] = (request) =>
    request.query.get('uploadType') === 'multipart' || sendsLast(request);

  it.each(SIZES)(
    'on its way is refused by the server, and nothing of it is visible (%s)',
    async (_, content) => {
      gcs.server().fail({ when: brings, fault: { how: 'corrupt upload' } });
      await expect(upload(gcs.store(3), content)).rejects.toMatchObject({
        code: 'ARTIFACT_WRITE_FAILED',
        message: expect.stringContaining('CRC32C'),
        hint: expect.stringContaining('damaged'),
      });
      expect(gcs.server().faultsLeft).toBe(0);
      expect(names()).toEqual([]);
      expect(gcs.server().openUploads()).toEqual([]);
    },
  );

  it.each(SIZES)(
    'but visible nevertheless is removed again, without any newer object (%s)',
    async (_, content) => {
      gcs.server().fail({ when: brings, fault: { how: 'store corrupt' } });
      await expect(upload(gcs.store(), content)).rejects.toMatchObject({
        code: 'ARTIFACT_WRITE_FAILED',
        message: expect.stringContaining('differs from what was sent'),
      });
      expect(names()).toEqual([]);
      const removal = urls('DELETE').find((url) => !url.includes('upload_id'));
      expect(removal).toMatch(/\?ifGenerationMatch=\d{16}$/);
    },
  );

  it('is refused also where it replaces other content, which stays', async () => {
    await gcs.server().write(BUCKET, 'a/one', SMALL);
    gcs.server().fail({ when: brings, fault: { how: 'corrupt upload' } });
    await expect(gcs.store().replace('a/one', Buffer.from('other'))).rejects.toMatchObject({
      code: 'ARTIFACT_WRITE_FAILED',
      message: expect.stringContaining('CRC32C'),
    });
    expect((await stored()).equals(SMALL)).toBe(true);
  });
});

describe('a name that is taken', () => {
  it.each(SIZES)('is fine with the same content, of which nothing is sent twice (%s)', async (_, content) => {
    const first = await upload(gcs.store(), content);
    const before = gcs.server().requests.length;
    expect(await upload(gcs.store(), content)).toEqual(first);
    // One that is refused, and one that looks.
    expect(gcs.server().requests).toHaveLength(before + 2);
  });

  it.each(SIZES)('is refused with other content, and nothing is removed (%s)', async (_, content) => {
    const other = Buffer.from(content);
    other.writeUInt8(0xff, content.length - 1);
    await upload(gcs.store(), other);
    await expect(upload(gcs.store(), content)).rejects.toMatchObject({ code: 'ARTIFACT_EXISTS' });
    expect((await stored()).equals(other)).toBe(true);
  });

  it('while a large one is under way is noticed at its end', async () => {
    const writer = await gcs.store().create('a/one');
    await writer.write(LARGE);
    await eventually('the first chunk is there', () => gcs.server().openUploads().length === 1);
    await gcs.server().write(BUCKET, 'a/one', SMALL);
    await expect(writer.finish()).rejects.toMatchObject({ code: 'ARTIFACT_EXISTS' });
    expect((await stored()).equals(SMALL)).toBe(true);
  });
});

describe('an upload that is given up', () => {
  it('leaves neither an object nor a session', async () => {
    const writer = await gcs.store().create('a/one');
    await writer.write(LARGE);
    await eventually('the session is there', () => gcs.server().openUploads().length === 1);
    await writer.abort();
    await eventually('the session is gone', () => gcs.server().openUploads().length === 0);
    expect(names()).toEqual([]);
    await expect(writer.finish()).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('while its session is being begun leaves none either', async () => {
    const writer = await gcs.store().create('a/one');
    await writer.write(LARGE.subarray(0, GCS_CHUNK_BYTES + 1));
    await writer.abort();
    await eventually('the session was given up', () => urls('DELETE').length === 1);
    expect(gcs.server().openUploads()).toEqual([]);
  });

  it('does not wait for a server that is busy', async () => {
    gcs.server().fail({ when: sends, fault: { how: 'status', status: 429, retryAfter: '3600' }, times: 100 });
    const writer = await gcs.store(50).create('a/one');
    await writer.write(LARGE.subarray(0, GCS_CHUNK_BYTES + 1));
    await eventually('it was told to wait', () => gcs.server().faultsLeft < 100);
    await writer.abort();
    expect(gcs.server().openUploads()).toEqual([]);
    await expect(writer.finish()).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('fails every write that comes after a failed one', async () => {
    gcs
      .server()
      .fail({ when: begins, fault: { how: 'status', status: 403, reason: 'forbidden' }, times: 100 });
    const writer = await gcs.store().create('a/one');
    await writer.write(LARGE.subarray(0, GCS_CHUNK_BYTES + 1));
    const refusal = { code: 'ARTIFACT_PERMISSION' };
    await expect(writer.write(LARGE.subarray(0, 2 * GCS_CHUNK_BYTES))).rejects.toMatchObject(refusal);
    await expect(writer.write(LARGE.subarray(0, 2 * GCS_CHUNK_BYTES))).rejects.toMatchObject(refusal);
    await expect(writer.finish()).rejects.toMatchObject(refusal);
    expect(names()).toEqual([]);
  });
});

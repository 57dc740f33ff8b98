import { beforeEach, describe, expect, it } from '@jest/globals';
import { requireOwnFolder } from '../../src/pipeline/artifact/own-folder.ts';
import type { ArtifactStore } from '../../src/pipeline/ports/ports.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

export async function writeArtifact(store: ArtifactStore, name: string, ...chunks: string[]) {
  const writer = await store.create(name);
  for (const chunk of chunks) await writer.write(bytesOf(chunk));
  return await writer.finish();
}

export async function readArtifact(store: ArtifactStore, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await store.open(name)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The promises of the port, which every store keeps. `makeStore` gives an empty store each time. */
export function artifactStoreContract(storeName: string, makeStore: () => Promise<ArtifactStore>): void {
  describe(`${storeName} as an artifact store`, () => {
    let store: ArtifactStore;
    beforeEach(async () => {
      store = await makeStore();
    });

    it('stores what was written, chunk after chunk', async () => {
      await writeArtifact(store, 'a/b/one.txt', '123', '', '456', '789');
      expect(await readArtifact(store, 'a/b/one.txt')).toBe('123456789');
    });

    it('tells the URI, the bytes and the CRC-32C that Cloud Storage would', async () => {
      // The check value of CRC-32C is e3069283 for these nine digits.
      expect(await writeArtifact(store, 'a/one.txt', '1234', '56789')).toEqual({
        uri: `${store.root}a/one.txt`,
        bytes: 9,
        crc32c: '4waSgw==',
      });
      // RFC 3720, appendix B.4: 32 bytes of zeros give 8a9136aa.
      const zeros = '\0'.repeat(32);
      expect(await writeArtifact(store, 'zeros', zeros)).toMatchObject({ bytes: 32, crc32c: 'ipE2qg==' });
    });

    it('stores an empty artifact', async () => {
      expect(await writeArtifact(store, 'empty')).toMatchObject({ bytes: 0, crc32c: 'AAAAAA==' });
      expect(await store.list('')).toEqual(['empty']);
      expect(await readArtifact(store, 'empty')).toBe('');
    });

    it('lets the caller use a buffer again after each write', async () => {
      const writer = await store.create('reused');
      const buffer = Buffer.from('first ');
      await writer.write(buffer);
      buffer.write('second');
      await writer.write(buffer);
      await writer.finish();
      expect(await readArtifact(store, 'reused')).toBe('first second');
    });

    it('shows nothing before finish', async () => {
      const writer = await store.create('a/one.txt');
      await writer.write(bytesOf('half'));
      expect(await store.list('')).toEqual([]);
      await expect(store.open('a/one.txt')).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
      await writer.finish();
      expect(await store.list('')).toEqual(['a/one.txt']);
    });

    it('shows nothing of an aborted artifact, and its name can be used', async () => {
      const writer = await store.create('a/one.txt');
      await writer.write(bytesOf('half'));
      await writer.abort();
      await writer.abort();
      expect(await store.list('')).toEqual([]);
      await writeArtifact(store, 'a/one.txt', 'whole');
      expect(await readArtifact(store, 'a/one.txt')).toBe('whole');
    });

    it('keeps a finished artifact when its writer is aborted afterwards', async () => {
      const writer = await store.create('one');
      await writer.write(bytesOf('content'));
      await writer.finish();
      await writer.abort();
      expect(await readArtifact(store, 'one')).toBe('content');
    });

    it('accepts the same content again', async () => {
      const first = await writeArtifact(store, 'one', 'same ', 'content');
      expect(await writeArtifact(store, 'one', 'same content')).toEqual(first);
      expect(await store.list('')).toEqual(['one']);
    });

    it.each([
      ['of another length', 'other content'],
      ['of the same length', 'Content'],
    ])('refuses other content %s under the same name and keeps the first', async (_, other) => {
      await writeArtifact(store, 'one', 'content');
      await expect(writeArtifact(store, 'one', other)).rejects.toMatchObject({ code: 'ARTIFACT_EXISTS' });
      expect(await readArtifact(store, 'one')).toBe('content');
      expect(await store.list('')).toEqual(['one']);
    });

    it('gives the folder of a run to no other run, once it has a manifest', async () => {
      const job = { prefix: 'hr', runId: 'r1' };
      const folder = 'connectors/hr/runs/r1';
      await writeArtifact(store, `${folder}/upserts.ndjson`, 'leftovers');
      await requireOwnFolder(job, { store }, undefined);
      await writeArtifact(store, `${folder}/manifest.json`, '{}');
      await expect(requireOwnFolder(job, { store }, undefined)).rejects.toMatchObject({
        code: 'ARTIFACT_EXISTS',
        message: expect.stringContaining(`${store.root}${folder}/manifest.json exists`),
      });
      expect(await store.list('')).toEqual([`${folder}/manifest.json`, `${folder}/upserts.ndjson`]);
    });

    it('lets one of several simultaneous writers win', async () => {
      const contents = Array.from({ length: 8 }, (_, index) => `content ${index}`);
      const outcomes = await Promise.allSettled(
        contents.map((content) => writeArtifact(store, 'x/one', content)),
      );
      const winners = contents.filter((_, index) => outcomes[index]!.status === 'fulfilled');
      expect(winners).toEqual([await readArtifact(store, 'x/one')]);
      const losers = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(losers.map((loser) => (loser.reason as { code: string }).code)).toEqual(
        Array.from({ length: 7 }, () => 'ARTIFACT_EXISTS'),
      );
      expect(await store.list('')).toEqual(['x/one']);
    });

    it('replaces a small artifact as often as asked', async () => {
      await store.replace('latest/manifest.json', bytesOf('the first, and longer'));
      await store.replace('latest/manifest.json', bytesOf('second'));
      expect(await readArtifact(store, 'latest/manifest.json')).toBe('second');
      expect(await store.list('')).toEqual(['latest/manifest.json']);
    });

    it('lists a folder and what is below it, sorted, and nothing that only begins alike', async () => {
      for (const name of ['runs/R1/z', 'runs/R1/a/b', 'runs/R10/c', 'runs/R1-2', 'other']) {
        await writeArtifact(store, name, name);
      }
      expect(await store.list('runs/R1')).toEqual(['runs/R1/a/b', 'runs/R1/z']);
      expect(await store.list('runs/R1/')).toEqual(['runs/R1/a/b', 'runs/R1/z']);
      expect(await store.list('')).toEqual(['other', 'runs/R1-2', 'runs/R1/a/b', 'runs/R1/z', 'runs/R10/c']);
    });

    it('lists nothing where nothing is', async () => {
      expect(await store.list('')).toEqual([]);
      expect(await store.list('no/such/folder')).toEqual([]);
      await writeArtifact(store, 'one', 'content');
      expect(await store.list('one')).toEqual([]);
      expect(await store.list('one/two')).toEqual([]);
    });

    it('says which artifact is missing', async () => {
      await writeArtifact(store, 'folder/one', 'content');
      for (const name of ['absent', 'no/such/folder', 'folder', 'folder/one/below']) {
        await expect(store.open(name)).rejects.toMatchObject({
          code: 'ARTIFACT_MISSING',
          message: expect.stringContaining(name),
        });
      }
    });

    it('clears a folder and nothing beside it, and is content if there is none', async () => {
      await store.replace('a/b/one', Buffer.from('1'));
      await store.replace('a/b/c/two', Buffer.from('2'));
      await store.replace('a/bb', Buffer.from('3'));
      await store.clear('a/b');
      await store.clear('a/b');
      expect(await store.list('a')).toEqual(['a/bb']);
    });

    it('removes an artifact, and is content if it is gone already', async () => {
      await writeArtifact(store, 'a/one', '1');
      await writeArtifact(store, 'a/two', '2');
      await store.remove('a/one');
      await store.remove('a/one');
      await store.remove('no/such/folder/one');
      expect(await store.list('')).toEqual(['a/two']);
      await writeArtifact(store, 'a/one', 'new content');
      expect(await readArtifact(store, 'a/one')).toBe('new content');
    });

    it('keeps awkward names apart, and their URIs unambiguous', async () => {
      const names = [
        'a b',
        'a%20b',
        'ä',
        'a\u0308',
        'a#b',
        'a?b',
        'a:b',
        '..a',
        '.hidden',
        "a'b",
        '雪',
        'A B',
      ];
      const stored = [];
      for (const name of names) stored.push(await writeArtifact(store, `x/${name}`, name));
      expect(await store.list('x')).toEqual(names.map((name) => `x/${name}`).sort());
      for (const name of names) expect(await readArtifact(store, `x/${name}`)).toBe(name);
      const uris = stored.map((artifact) => artifact.uri);
      expect(new Set(uris).size).toBe(names.length);
      for (const uri of uris) expect(uri.startsWith(`${store.root}x/`)).toBe(true);
    });

    it.each([
      '',
      '/',
      '/etc/passwd',
      '../x',
      'a/../../x',
      'a/./b',
      'a//b',
      'a/',
      'a\nb',
      'a\0b',
      'a\\b',
      '\ud800',
      'x'.repeat(201),
    ])('refuses the name %j in every method', async (name) => {
      const refusal = {
        code: 'INTERNAL',
        message: expect.stringContaining('cannot name an artifact'),
      };
      await expect(store.create(name)).rejects.toMatchObject(refusal);
      await expect(store.replace(name, bytesOf('x'))).rejects.toMatchObject(refusal);
      await expect(store.open(name)).rejects.toMatchObject(refusal);
      await expect(store.remove(name)).rejects.toMatchObject(refusal);
    });

    it('lists no folder outside the store', async () => {
      await expect(store.list('..')).rejects.toMatchObject({ code: 'INTERNAL' });
      await expect(store.list('a/../..')).rejects.toMatchObject({ code: 'INTERNAL' });
    });

    it('reads an artifact larger than any buffer in order', async () => {
      const writer = await store.create('large');
      const line = (index: number) => `${String(index).padStart(8, '0')}\n`;
      for (let block = 0; block < 20; block++) {
        const lines = Array.from({ length: 10_000 }, (_, index) => line(block * 10_000 + index));
        await writer.write(bytesOf(lines.join('')));
      }
      expect(await writer.finish()).toMatchObject({ bytes: 1_800_000 });
      const read = await readArtifact(store, 'large');
      expect(read.length).toBe(1_800_000);
      expect(read.split('\n').findIndex((text, index) => text !== line(index).trimEnd())).toBe(200_000);
    });

    it('may be read in part', async () => {
      await writeArtifact(store, 'large', 'x'.repeat(2_000_000));
      for await (const chunk of await store.open('large')) {
        expect(chunk.byteLength).toBeGreaterThan(0);
        break;
      }
      expect(await store.list('')).toEqual(['large']);
    });
  });
}

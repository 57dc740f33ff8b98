import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileStore } from '../../../src/artifacts/file/store.ts';
import {
  artifactStoreContract,
  readArtifact,
  writeArtifact,
} from '../../contracts/artifact-store.contract.ts';
import { describeLeasedStoreContract } from '../../contracts/leased-store.contract.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterEach(() => {
  folders.removeAll();
});

const child = fileURLToPath(new URL('../../support/memory/write-artifact-child.ts', import.meta.url));
const childCommand = (...args: string[]) => [process.execPath, '--import', 'tsx', child, ...args];

artifactStoreContract('a folder', () => Promise.resolve(fileStore(folders.make(), '/', ALWAYS_HELD)));
artifactStoreContract('a folder that is not there yet', () =>
  Promise.resolve(fileStore(`file://${folders.make()}/a%20b/ü/c`, '/', ALWAYS_HELD)),
);

describe('a file store', () => {
  it('writes plain files under its folder', async () => {
    const folder = folders.make();
    const stored = await writeArtifact(fileStore(folder, '/', ALWAYS_HELD), 'runs/R 1/ä.txt', 'content');
    expect(readFileSync(join(folder, 'runs/R 1/ä.txt'), 'utf8')).toBe('content');
    expect(readFileSync(new URL(stored.uri), 'utf8')).toBe('content');
    expect(stored.uri).toBe(`file://${folder}/runs/R%201/%C3%A4.txt`);
  });

  it.each([1, 40_000_000])('keeps %i bytes after each flush of a large artifact', async (rest) => {
    const folder = folders.make();
    const writer = await fileStore(folder, '/', ALWAYS_HELD).create('large');
    const megabyte = Buffer.alloc(1_048_576, 'a');
    for (let count = 0; count < 33; count++) await writer.write(megabyte);
    await writer.write(Buffer.alloc(rest, 'b'));
    const { bytes } = await writer.finish();
    const content = readFileSync(join(folder, 'large'));
    expect(bytes).toBe(33 * megabyte.length + rest);
    expect(content).toHaveLength(bytes);
    expect(content.subarray(-rest).every((byte) => byte === 0x62)).toBe(true);
  });

  it('leaves nothing of a large artifact that is aborted during a flush', async () => {
    const folder = folders.make();
    const writer = await fileStore(folder, '/', ALWAYS_HELD).create('large');
    await writer.write(Buffer.alloc(33 * 1_048_576));
    await writer.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('touches nothing before the first artifact', async () => {
    const folder = join(folders.make(), 'bucket');
    const store = fileStore(folder, '/', ALWAYS_HELD);
    expect(await store.list('')).toEqual([]);
    await store.remove('one');
    await expect(store.open('one')).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
    expect(existsSync(folder)).toBe(false);
  });

  it('leaves no temporary file, however a write ends', async () => {
    const folder = folders.make();
    const store = fileStore(folder, '/', ALWAYS_HELD);
    await writeArtifact(store, 'one', 'content');
    await writeArtifact(store, 'one', 'content');
    await expect(writeArtifact(store, 'one', 'other')).rejects.toMatchObject({ code: 'ARTIFACT_EXISTS' });
    await store.replace('two', Buffer.from('2'));
    await (await store.create('three')).abort();
    mkdirSync(join(folder, 'four'));
    await expect(store.replace('four', Buffer.from('4'))).rejects.toMatchObject({
      code: 'ARTIFACT_PERMISSION',
    });
    expect(readdirSync(folder).sort()).toEqual(['four', 'one', 'two']);
  });

  it('shows nothing of a writer that was killed, and is not in the way of the next', async () => {
    const folder = folders.make();
    const [command, ...args] = childCommand(folder, 'runs/R1/one', 'forever');
    const writer = spawn(command!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(writer.stdout, 'data');
    writer.kill('SIGKILL');
    await once(writer, 'exit');

    const store = fileStore(folder, '/', ALWAYS_HELD);
    const [left = '', ...more] = readdirSync(join(folder, 'runs/R1'));
    expect(left).toMatch(/^\.tmp-one-[0-9a-f]{12}$/);
    expect(more).toEqual([]);
    expect(await store.list('')).toEqual([]);
    await expect(store.open('runs/R1/one')).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
    await writeArtifact(store, 'runs/R1/one', 'content');
    expect(await store.list('')).toEqual(['runs/R1/one']);
    expect(await readArtifact(store, 'runs/R1/one')).toBe('content');
  });

  it('removes with an artifact what its killed writers left, and nothing of others', async () => {
    const folder = folders.make();
    for (const name of ['.tmp-one-0123456789ab', '.tmp-one-2-0123456789ab', '.tmp-one-2', 'one']) {
      writeFileSync(join(folder, name), 'x');
    }
    await fileStore(folder, '/', ALWAYS_HELD).remove('one');
    expect(readdirSync(folder).sort()).toEqual(['.tmp-one-2', '.tmp-one-2-0123456789ab']);
  });

  it('accepts no name that it would hide', async () => {
    await expect(fileStore(folders.make(), '/', ALWAYS_HELD).create('a/.tmp-x')).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });

  it('refuses a folder that may not be written, naming it', () => {
    const folder = folders.make();
    chmodSync(folder, 0o555);
    const [command, ...args] = childCommand(folder, 'runs/one', 'unprivileged');
    const { stdout } = spawnSync(command!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    chmodSync(folder, 0o755);
    expect(JSON.parse(stdout)).toEqual({
      code: 'ARTIFACT_PERMISSION',
      message: `Cannot write ${folder}/runs/one: EACCES: permission denied.`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a folder below a file', async () => {
    const file = join(folders.make(), 'file');
    writeFileSync(file, 'x');
    const store = fileStore(file, '/', ALWAYS_HELD);
    await expect(store.create('one')).rejects.toMatchObject({ code: 'ARTIFACT_PERMISSION' });
    await expect(store.replace('a/one', Buffer.from('x'))).rejects.toMatchObject({
      code: 'ARTIFACT_PERMISSION',
      message: expect.stringContaining(`${file}/a/one: ENOTDIR`),
    });
    expect(await store.list('')).toEqual([]);
  });

  it('fails when the disk is full, cannot be finished then, and leaves nothing', () => {
    const folder = folders.make();
    const { stdout, words } = onFullDisk(folder, childCommand(folder, 'runs/one', 'once'));
    const [outcome, ...left] = stdout.trim().split('\n');
    expect(JSON.parse(outcome!)).toEqual({
      code: 'ARTIFACT_WRITE_FAILED',
      message: expect.stringMatching(`^Cannot write ${folder}/runs/one: (${words})`),
      finish: 'ARTIFACT_WRITE_FAILED',
    });
    expect(left).toEqual([]);
  });
});

/**
 * Runs a command with a folder that takes a megabyte, then lists the files in it. Where the machine lets us, the folder is
 * a small disk of its own; elsewhere files may not grow beyond a megabyte, which fails in the same place.
 */
function onFullDisk(folder: string, command: string[]) {
  const run = (script: string, ...prefix: string[]) => {
    const [program, ...args] = [...prefix, 'sh', '-c', script, 'sh', ...command];
    return spawnSync(program!, args, { encoding: 'utf8', env: { ...process.env, FOLDER: folder } });
  };
  const after = '"$@"; find "$FOLDER" -type f';
  const disk = run(`mount -t tmpfs -o size=1m none "$FOLDER" && { ${after}; }`, 'unshare', '-rm');
  if (disk.status === 0) return { stdout: disk.stdout, words: 'ENOSPC: no space left on device' };
  // In units of 512 bytes or 1 KiB, depending on the shell; 4 MiB are written.
  return { stdout: run(`ulimit -f 1024; ${after}`).stdout, words: 'EFBIG: file too large' };
}

describe('where a file store is', () => {
  const cwd = '/home/me/my project';

  it.each([
    ['/data/bucket', '/data/bucket'],
    ['/data/100% #1?', '/data/100% #1?'],
    ['local-bucket', `${cwd}/local-bucket`],
    ['file:///data/bucket', '/data/bucket'],
    ['FILE:///data/bucket/', '/data/bucket'],
    ['file:/data/bucket', '/data/bucket'],
    ['file://localhost/data', '/data'],
    ['file://./local-bucket', `${cwd}/local-bucket`],
    ['file://../other', '/home/me/other'],
    ['file://.', cwd],
    ['file:local-bucket', `${cwd}/local-bucket`],
    ['file:./a:b/c', `${cwd}/a:b/c`],
    ['file:a:b', `${cwd}/a:b`],
    ['file://./..hidden', `${cwd}/..hidden`],
    ['file:///data/a%20b/%C3%BC', '/data/a b/ü'],
    ['file:///data/a b/ü', '/data/a b/ü'],
    ['file:///data/%23', '/data/#'],
    ['file:///data/nr #1?x', '/data/nr #1?x'],
    ['file:///data/100%25', '/data/100%'],
    ['file:///data/100%', '/data/100%'],
    ['file://./100% done', `${cwd}/100% done`],
  ])('%s is %s', (location, folder) => {
    const { root } = fileStore(location, cwd, ALWAYS_HELD);
    expect(fileURLToPath(root)).toBe(`${folder}/`);
  });

  it('ends its root with a slash also for the root of the disk', () => {
    expect(fileStore('file:///', cwd, ALWAYS_HELD).root).toBe('file:///');
  });

  it.each([
    'file://local-bucket',
    'file://server/share',
    'file:///a%2Fb',
    'file:///a%00b',
    'file:///a\nb',
    'file:///%FF',
  ])('%j is refused with what to write instead', (location) => {
    expect(() => fileStore(location, cwd, ALWAYS_HELD)).toThrow(
      expect.objectContaining({
        code: 'ARTIFACT_SCHEME_UNKNOWN',
        hint: expect.stringContaining('file://./path'),
      }),
    );
  });

  it('finds again under its URL what it wrote under its path', async () => {
    const folder = join(folders.make(), 'a b', '100% ü #1');
    const byPath = fileStore(folder, '/', ALWAYS_HELD);
    await writeArtifact(byPath, 'one', 'content');
    expect(basename(folder)).toBe('100% ü #1');
    expect(await fileStore(byPath.root, '/', ALWAYS_HELD).list('')).toEqual(['one']);
  });
});

describeLeasedStoreContract('a folder', (leases) => fileStore(folders.make(), '/', leases), {
  partBytes: 100_000,
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renameNew } from '../../../src/artifacts/file/durable-files.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterEach(() => {
  folders.removeAll();
});

describe('giving a file a new name', () => {
  const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

  it.each([
    ['with hard links', undefined],
    ['on a file system that has none', failing('EPERM')],
    ['on a mount that has none', failing('ENOSYS')],
  ])('never overwrites, %s', async (_, makeLink) => {
    const folder = folders.make();
    writeFileSync(join(folder, 'one'), '1');
    writeFileSync(join(folder, 'two'), '2');
    expect(await renameNew(join(folder, 'one'), join(folder, 'target'), makeLink)).toBe(true);
    expect(await renameNew(join(folder, 'two'), join(folder, 'target'), makeLink)).toBe(false);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('1');
    expect(readdirSync(folder).sort()).toEqual(['target', 'two']);
  });

  it('fails, and leaves the file, for any other reason', async () => {
    const folder = folders.make();
    writeFileSync(join(folder, 'one'), '1');
    await expect(renameNew(join(folder, 'one'), join(folder, 'target'), failing('EIO'))).rejects.toThrow(
      'EIO',
    );
    expect(readdirSync(folder)).toEqual(['one']);
  });
});

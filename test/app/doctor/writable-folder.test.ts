import { afterAll, expect, test } from '@jest/globals';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNotWritable } from '../../../src/app/doctor/writable-folder.ts';
import { folderListing } from '../../support/files/folder-listing.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

test('a folder that is there, or that can be made, is writable, and nothing is made', async () => {
  const folder = folders.make();
  await expect(whyNotWritable(folder)).resolves.toBeUndefined();
  await expect(whyNotWritable(join(folder, 'a', 'b', 'c'))).resolves.toBeUndefined();
  expect(folderListing(folder)).toEqual([]);
});

test('a file in the place of the folder, or of one above it, is in the way', async () => {
  const file = join(folders.make(), 'file');
  writeFileSync(file, '');
  await expect(whyNotWritable(file)).resolves.toBe(`${file} is not a folder`);
  await expect(whyNotWritable(join(file, 'a'))).resolves.toBe(`${join(file, 'a')} leads through a file`);
});

test('what the system says otherwise is named', async () => {
  const loop = join(folders.make(), 'loop');
  symlinkSync(loop, loop);
  await expect(whyNotWritable(loop)).resolves.toBe(`${loop} may not be written (ELOOP)`);
});

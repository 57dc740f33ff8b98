import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Source } from '../../../src/pipeline/ports/ports.ts';
import { fileSource, writeOldFile, WRITTEN } from '../../support/files/file-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let folder = '';
beforeEach(() => {
  folder = folders.make();
});
afterAll(() => {
  folders.removeAll();
});

const write = (name: string, content: string | Buffer = name) => {
  writeOldFile(folder, name, content);
};
const documents = (glob: string, now?: Date) =>
  fileSource(folder, { documentPer: 'file', glob, fields: ['_file'], ...(now && { now }) });
const names = async (glob: string) => (await readAll(documents(glob))).rows.map((row) => row['_file']);
const failure = async (source: Source) => {
  const read: unknown = await readAll(source).catch((error: unknown) => error);
  const described: unknown = await source
    .columns(new AbortController().signal)
    .catch((error: unknown) => error);
  expect(described).toEqual(read);
  return read;
};

describe('the files of a folder', () => {
  it('are those that the glob names, in the order of their paths', async () => {
    ['b.csv', 'a.csv', 'B.csv', 'sub/deep/c.csv', 'sub/a.csv', 'a.txt'].forEach((name) => {
      write(name);
    });
    expect(await names('*.csv')).toEqual(['B.csv', 'a.csv', 'b.csv']);
    expect(await names('**/*.csv')).toEqual(['B.csv', 'a.csv', 'b.csv', 'sub/a.csv', 'sub/deep/c.csv']);
    expect(await names('sub/*.csv')).toEqual(['sub/a.csv']);
    expect(await names('{a,b}.{csv,txt}')).toEqual(['a.csv', 'a.txt', 'b.csv']);
    expect(await names('sub')).toEqual([]);
  });

  it('are never hidden ones, nor unfinished downloads', async () => {
    [
      '.a.csv',
      '.git/a.csv',
      'sub/.b/c.csv',
      'a.csv.part',
      'b.tmp',
      'c.CRDOWNLOAD',
      'd.csv',
      'e.partial',
    ].forEach((name) => {
      write(name);
    });
    expect(await names('**/*')).toEqual(['d.csv']);
    expect(await names('.git/*')).toEqual([]);
    expect(await names('.a.csv')).toEqual([]);
    expect(await names('*.part')).toEqual([]);
  });

  it('may be none, which is an empty listing', async () => {
    const { rows, columns, end } = await readAll(fileSource(folder, { glob: '*.csv' }));
    expect({ rows, end }).toEqual({ rows: [], end: { checkpoint: undefined, truncated: false } });
    expect(columns.map(({ name }) => name)).toEqual(['id', 'name']);
  });

  it('may be reached by a link, of the folder and inside of it', async () => {
    write('real/a.csv');
    symlinkSync('real/a.csv', join(folder, 'b.csv'));
    expect(await names('*')).toEqual(['b.csv']);
    const link = join(folders.make(), 'link');
    symlinkSync(folder, link);
    const { rows } = await readAll(
      fileSource(link, { documentPer: 'file', glob: '*.csv', fields: ['_file'] }),
    );
    expect(rows).toEqual([{ _file: 'b.csv' }]);
  });
});

it('a link to the folder itself ends the search', async () => {
  write('a.csv');
  symlinkSync('.', join(folder, 'again'));
  expect(await names('*.csv')).toEqual(['a.csv']);
  expect(await names('**/*.csv')).toEqual(['a.csv', 'again/a.csv']);
});

describe('a folder fails the run, instead of being taken for one with less,', () => {
  it.each(['nowhere', 'file.csv'])('when it is not there: %s', async (path) => {
    write('file.csv');
    expect(await failure(fileSource(join(folder, path)))).toMatchObject({
      code: 'SOURCE_FOLDER_MISSING',
      message: expect.stringContaining(join(folder, path)),
    });
  });

  it('when the folder that the glob begins with is not there', async () => {
    expect(await failure(documents('sub/*.csv'))).toMatchObject({
      code: 'SOURCE_FOLDER_MISSING',
      message: expect.stringContaining(join(folder, 'sub')),
    });
  });

  it('when a folder below may not be read', async () => {
    write('a.csv');
    write('locked/b.csv');
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'locked'), 0o000);
    // To root everything is permitted.
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    const error = await failure(documents('**/*.csv'));
    if (root) process.seteuid?.(0);
    chmodSync(join(folder, 'locked'), 0o755);
    expect(error).toMatchObject({
      code: 'SOURCE_PERMISSION',
      message: expect.stringMatching(/locked: EACCES: permission denied\.$/),
    });
  });

  it('when a file is a link that leads out of it', async () => {
    const outside = folders.make();
    writeOldFile(outside, 'secret.csv', 'x');
    symlinkSync(join(outside, 'secret.csv'), join(folder, 'a.csv'));
    expect(await failure(documents('*.csv'))).toMatchObject({
      code: 'SOURCE_FILE_REFUSED',
      message: 'a.csv is a link that leads out of the folder.',
    });
  });

  it('when a folder is a link that leads out of it', async () => {
    const outside = folders.make();
    writeOldFile(outside, 'secret.csv', 'x');
    symlinkSync(outside, join(folder, 'sub'));
    expect(await failure(documents('**/*.csv'))).toMatchObject({
      code: 'SOURCE_FILE_REFUSED',
      message: 'sub is a link that leads out of the folder.',
    });
  });

  it('when the folder that the glob begins with is such a link', async () => {
    const outside = folders.make();
    writeOldFile(outside, 'secret.csv', 'x');
    symlinkSync(outside, join(folder, 'sub'));
    expect(await failure(documents('sub/*.csv'))).toMatchObject({
      code: 'SOURCE_FILE_REFUSED',
      message: 'sub/secret.csv is a link that leads out of the folder.',
    });
  });

  it('when the glob leads out of it, whatever validated it', async () => {
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    write('a.csv');
    const source = fileSource(inner, { documentPer: 'file', glob: '../*.csv', fields: ['_file'] });
    expect(await failure(source)).toMatchObject({ code: 'SOURCE_FILE_REFUSED' });
  });

  it('when a link leads nowhere, but for a hidden one', async () => {
    write('a.csv');
    symlinkSync('gone', join(folder, '.lock'));
    expect(await names('*')).toEqual(['a.csv']);
    symlinkSync('gone', join(folder, 'b.csv'));
    expect(await failure(documents('*'))).toMatchObject({
      code: 'SOURCE_FILE_REFUSED',
      message: 'b.csv is a link that leads nowhere.',
    });
  });
});

describe('a file that is being written', () => {
  const seconds = (after: number) => new Date(WRITTEN.getTime() + after * 1_000);

  it.each([0, 9.9, -9.9])('is not read: %d seconds after it was written to', async (after) => {
    write('a.csv');
    expect(await failure(documents('*.csv', seconds(after)))).toMatchObject({
      code: 'SOURCE_FILE_CHANGING',
      retryable: true,
      message: 'a.csv was written to less than 10 seconds ago.',
    });
  });

  it.each([10.1, -10.1])('is whole %d seconds later', async (after) => {
    write('a.csv');
    expect((await readAll(documents('*.csv', seconds(after)))).rows).toHaveLength(1);
  });

  const rows = (count: number) =>
    `id,name\n${Array.from({ length: count }, (_, id) => `${id},row ${id}\n`).join('')}`;

  it.each<[string, (path: string) => void]>([
    [
      'grows',
      (path) => {
        writeFileSync(path, '1,more\n', { flag: 'a' });
      },
    ],
    [
      'shrinks',
      (path) => {
        truncateSync(path, 100_000);
      },
    ],
    [
      'is replaced by another of its size',
      (path) => {
        writeOldFile(folder, 'new', rows(40_000));
        renameSync(join(folder, 'new'), path);
        utimesSync(path, new Date(0), new Date(0));
      },
    ],
    [
      'is written to again, with the same bytes',
      (path) => {
        writeFileSync(path, rows(40_000));
      },
    ],
    [
      'is removed',
      (path) => {
        rmSync(path);
      },
    ],
  ])('fails the run when it %s while it is read', async (_, change) => {
    write('a.csv', rows(40_000));
    write('b.csv', rows(1));
    const batches = fileSource(folder, { glob: '*.csv' }).read(undefined, new AbortController().signal);
    expect((await batches.next()).done).toBe(false);
    change(join(folder, 'a.csv'));
    const rest = async () => {
      for await (const batch of batches) expect(batch.end).toBeUndefined();
    };
    await expect(rest()).rejects.toMatchObject({
      code: 'SOURCE_FILE_CHANGING',
      message: expect.stringMatching(
        /^a\.csv (changed while it was read|is gone since the folder was listed)\.$/,
      ),
    });
  });

  // Files of the kernel have a size of 0 and a content none the less, as a file on a share may that another machine writes.
  (process.platform === 'linux' ? it : it.skip)(
    'is not whole when it has more or less than its size',
    async () => {
      const source = fileSource('/proc', { documentPer: 'file', glob: 'version', fields: ['content'] });
      await expect(readAll(source)).rejects.toMatchObject({
        code: 'SOURCE_FILE_CHANGING',
        message: 'version changed while it was read.',
      });
    },
  );
});

import { afterAll, beforeEach, expect, it } from '@jest/globals';
import { ROW_BYTES_MAX } from '../../../src/core/limits.ts';
import { fileSource, writeOldFile } from '../../support/files/file-source.ts';
import { readAll, textsOf } from '../../support/files/read-rows.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let folder = '';
beforeEach(() => {
  folder = folders.make();
});
afterAll(() => {
  folders.removeAll();
});

const FIELDS = ['content', 'modified_at', '_name', '_file'];
const documents = (fields: readonly string[] = FIELDS) => fileSource(folder, { documentPer: 'file', fields });

it('a file that is one document has its path, its name, its time and its text', async () => {
  writeOldFile(folder, 'b/Employee handbook.v2.md', '# Handbook\r\n"quoted", 1\n');
  writeOldFile(folder, 'README', '');
  const { rows, json, columns } = await readAll(documents());
  expect(columns).toEqual([
    { name: '_file', kind: 'text' },
    { name: '_name', kind: 'text' },
    { name: 'modified_at', kind: 'timestamptz' },
    { name: 'content', kind: 'text' },
  ]);
  expect(rows).toEqual([
    { _file: 'README', _name: 'README', modified_at: expect.any(String), content: '' },
    {
      _file: 'b/Employee handbook.v2.md',
      _name: 'Employee handbook.v2',
      modified_at: expect.stringMatching(/^2026-01-02 03:04:05\.67[78]\d{3}\+00$/),
      content: '# Handbook\r\n"quoted", 1\n',
    },
  ]);
  expect(json[1]?.['modified_at']).toMatch(/^"2026-01-02T03:04:05\.67[78]\d*Z"$/);
});

it('a file that is written to again without a change is the same row, if nothing is made of its time', async () => {
  writeOldFile(folder, 'a', 'text');
  expect((await readAll(documents(['_file', 'content']))).rows).toEqual([{ _file: 'a', content: 'text' }]);
});

it('a file that is too large is marked, with all but its text, and those after it are whole', async () => {
  writeOldFile(folder, 'a', 'x'.repeat(ROW_BYTES_MAX + 100_000));
  writeOldFile(folder, 'b', 'small');
  const seen: unknown[] = [];
  for await (const batch of documents(['_file', 'content']).read(undefined, new AbortController().signal)) {
    seen.push(
      ...textsOf(batch).map((row, index) => [row['_file'], row['content'], batch.oversized.includes(index)]),
    );
  }
  expect(seen).toEqual([
    ['a', '', true],
    ['b', 'small', false],
  ]);
});

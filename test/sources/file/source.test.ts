import { afterAll } from '@jest/globals';
import { sourceContract } from '../../contracts/source.contract.ts';
import { fileSource, writeOldFile } from '../../support/files/file-source.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

const numbers = (rows: number) => Array.from({ length: rows }, (_, index) => index + 1);

/** In two files, so that a listing goes over from one to the next. */
function inTwo(rows: number, write: (part: readonly number[]) => string): string {
  const folder = folders.make();
  const all = numbers(rows);
  writeOldFile(folder, 'a', write(all.slice(0, rows / 2)));
  writeOldFile(folder, 'b', write(all.slice(rows / 2)));
  return folder;
}

sourceContract('CSV files', {
  make: (rows) =>
    Promise.resolve(
      fileSource(inTwo(rows, (part) => ['id,name', ...part.map((id) => `${id},row ${id}`), ''].join('\n'))),
    ),
});

sourceContract('NDJSON files', {
  make: (rows) =>
    Promise.resolve(
      fileSource(
        inTwo(rows, (part) => part.map((id) => `${JSON.stringify({ name: `row ${id}`, id })}\n`).join('')),
        { format: 'ndjson' },
      ),
    ),
});

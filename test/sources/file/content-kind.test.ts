import { afterAll, describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { FileSourceSpec } from '../../../src/definitions/connector/types.ts';
import { fileSource, writeOldFile } from '../../support/files/file-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

async function read(content: string | Buffer, spec: Partial<FileSourceSpec>): Promise<unknown> {
  const folder = folders.make();
  writeOldFile(folder, 'a.csv', content);
  const fields = spec.documentPer === 'file' ? ['content'] : ['id'];
  return readAll(fileSource(folder, { ...spec, fields })).catch((error: unknown) => error);
}

const FORMS: readonly Partial<FileSourceSpec>[] = [
  { format: 'csv' },
  { format: 'csv', encoding: 'latin1' },
  { format: 'ndjson' },
  { documentPer: 'file', encoding: 'windows-1252' },
];
const zip = (name: string) => Buffer.from(`PK\u0003\u0004\u0014\0\0\0\0\0${name}`, 'latin1');

describe('a file whose content is not text', () => {
  test.each<[string, Buffer]>([
    ['compressed with gzip', gzipSync('id,name\n1,a\n')],
    ['an Excel workbook (.xlsx)', zip('[Content_Types].xml…xl/workbook.xml')],
    ['an OpenDocument spreadsheet (.ods)', zip('mimetypeapplication/vnd.oasis.opendocument.spreadsheet')],
    ['a ZIP archive', zip('people.csv')],
    ['an old Microsoft Office document, such as .xls', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
    ['a PDF document', Buffer.from('%PDF-1.7\n%\xe2\xe3', 'latin1')],
    ['a Parquet file', Buffer.from('PAR1\u0015\u0004\u0015', 'latin1')],
    ['text in UTF-32', Buffer.from('fffe0000690000006400000', 'hex')],
  ])('is called %s, in every format', async (what, content) => {
    for (const spec of FORMS) {
      expect(await read(content, spec)).toMatchObject({
        code: 'SOURCE_FILE_INVALID',
        message: `a.csv is ${what}, whatever its name says.`,
        hint: expect.any(String),
      });
    }
  });

  test.each([
    ['an HTML page', '\n <!DOCTYPE html>\n<html><body>Log in</body></html>'],
    ['an HTML page', '\uFEFF<HTML lang="en">'],
    ['an XML document', '<?xml version="1.0"?><Workbook/>'],
  ])('is called %s where rows are wanted', async (what, content) => {
    for (const format of ['csv', 'ndjson'] as const) {
      expect(await read(content, { format })).toMatchObject({
        code: 'SOURCE_FILE_INVALID',
        message: `a.csv is ${what}, whatever its name says.`,
      });
    }
  });

  test('may be HTML where the file is the document', async () => {
    const html = '<!DOCTYPE html><html></html>';
    expect(await read(html, { documentPer: 'file' })).toMatchObject({ rows: [{ content: html }] });
  });

  test.each(['PAR1,id\n', 'Objekt,id\n', 'ORC,id\n', 'BZh,id\n', 'PK,id\n', '<id>,id\n'])(
    'is not what a header merely resembles: %j',
    async (header) => {
      expect(await read(`${header}x,1\n`, { format: 'csv' })).toMatchObject({ rows: [{ id: '1' }] });
    },
  );
});

describe('an NDJSON file that was joined from several', () => {
  test('has rows after the byte order marks in its middle', async () => {
    expect(await read('\uFEFF{"id":1}\n\uFEFF{"id":2}\n\uFEFF', { format: 'ndjson' })).toMatchObject({
      rows: [{ id: '1' }, { id: '2' }],
    });
  });
});

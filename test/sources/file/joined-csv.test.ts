import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CsvSpec } from '../../../src/definitions/rest/types.ts';
import { CSV_HEADER_BYTES_MAX } from '../../../src/formats/limits.ts';
import type { LogFields } from '../../../src/core/log.ts';
import { FileSource } from '../../../src/sources/file/source.ts';
import { fileSource, writeOldFile } from '../../support/files/file-source.ts';
import { OPEN_PERMIT } from '../../support/pipeline/open-permit.ts';
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

const MARK = '\uFEFF';

async function idsOf(text: string | Buffer, csv: CsvSpec = {}): Promise<string> {
  writeOldFile(folder, 'a.csv', text);
  const { rows } = await readAll(fileSource(folder, { csv }));
  return rows.map(({ id, name }) => `${id}=${name}`).join(' ');
}
const failure = (text: string | Buffer, csv: CsvSpec = {}) =>
  idsOf(text, csv).catch((error: unknown) => error);

describe('a header in the middle of a CSV file', () => {
  test.each<[string, string, CsvSpec]>([
    ['as it is', 'id,name\n1,a\nid,name\n2,b\n', {}],
    ['after a byte order mark', `${MARK}id,name\n1,a\n${MARK}id,name\n2,b\n`, {}],
    ['quoted', 'id,name\r\n1,a\r\n"id","name"\r\n2,b\r\n', {}],
    ['in another case and with blanks', 'id,name\n1,a\nID, Name\n2,b\n', {}],
    ['normalized', 'Id,Name\n1,a\nId,Name\n2,b', { normalizeHeader: true }],
    ['several times, and last', 'id,name\nid,name\n1,a\nid,name\n2,b\nid,name', {}],
  ])('is passed over when it is %s', async (_, text, csv) => {
    expect(await idsOf(text, csv)).toBe('1=a 2=b');
  });

  test('is logged once with its place and how many there are', async () => {
    writeOldFile(folder, 'a.csv', 'id,name\n1,a\n\nid,name\n2,b\n');
    writeOldFile(folder, 'b.csv', 'id,name\nid,name\n3,c\n');
    const logged: unknown[] = [];
    const log = { warn: (message: string, fields?: LogFields) => logged.push([message, fields]) };
    const source = new FileSource(
      { type: 'file', path: folder, glob: '*', format: 'csv' },
      { fields: ['id', 'name'], vital: ['id'] },
      { now: () => new Date('2026-01-03T00:00:00Z'), permit: OPEN_PERMIT },
      log,
    );
    await readAll(source);
    await readAll(source);
    expect(logged).toEqual([
      ['rows that repeat the header of their file were passed over', { rows: 2, first: 'a.csv, line 4' }],
    ]);
  });

  test('fails the run with its line when its columns have another order', async () => {
    expect(await failure('id,name\n1,a\nname,id\nb,2\n')).toMatchObject({
      code: 'SOURCE_FILE_INVALID',
      message: 'a.csv, line 3: the row that begins here is a header with the columns in another order.',
    });
  });

  test('fails the run with its line when it has a byte order mark before a quote', async () => {
    expect(await failure(`"id","name"\n1,a\n${MARK}"id","name"\n2,b\n`)).toMatchObject({
      code: 'SOURCE_FILE_INVALID',
      message: 'a.csv, line 3: the row that begins here has a byte order mark before a quote.',
      hint: expect.stringContaining('joined'),
    });
  });

  test('is a row when only some of its cells are names of columns', async () => {
    expect(await idsOf('id,name\nid,Ann\nname,name\n1,id\n')).toBe('id=Ann name=name 1=id');
  });

  test('of a single column is the very same name alone', async () => {
    writeOldFile(folder, 'a.csv', 'name\nName\nname\nx\n');
    const { rows } = await readAll(fileSource(folder, { fields: ['name'] }));
    expect(rows).toEqual([{ name: 'Name' }, { name: 'x' }]);
  });
});

describe('a byte order mark in the middle of a CSV file', () => {
  test('is not a part of the row after it', async () => {
    expect(await idsOf(`1,a\n${MARK}2,b\n`, { header: false, columns: ['id', 'name'] })).toBe('1=a 2=b');
  });
});

describe('a CSV row of nothing but delimiters, blanks and quotes', () => {
  test.each([',', ',,,,', '"",""', ' , ', '\t,"  "', '""', '   ', '"\n",'])(
    'is a blank line: %j',
    async (blank) => {
      expect(await idsOf(`${blank}\nid,name\n1,a\n${blank}\n${blank}\n2,b\n${blank}`)).toBe('1=a 2=b');
    },
  );

  test.each([',0', '.,', ',"x"', '"""",'])('is a row with any value: %j', async (row) => {
    expect((await idsOf(`id,name\n${row}\n`)).length).toBeGreaterThan(1);
  });

  test('counts as lines for the rows after it', async () => {
    expect(await failure('id,name\n,\n"\n\n",\n1\n')).toMatchObject({
      message: 'a.csv, line 6: the row that begins here has 1 cells, and there are 2 columns.',
    });
  });

  test('is passed over however many there are', async () => {
    const blanks = `${','.repeat(99)}\n`.repeat(CSV_HEADER_BYTES_MAX / 50);
    expect(await idsOf(`${blanks}id,name\n1,a\n`)).toBe('1=a');
  });
});

describe('the line sep= at the beginning of a CSV file', () => {
  test.each<[string, string, CsvSpec]>([
    ['a semicolon', 'sep=;\r\nid;name\r\n1;a,b\r\n', {}],
    ['a semicolon after a byte order mark', `${MARK}sep=;\nid;name\n1;a,b\n`, {}],
    ['a tab', 'sep=\t\nid\tname\n1\ta,b\n', {}],
    ['a tab as two characters', 'SEP=\\t\nid\tname\n1\ta,b\n', {}],
    ['in quotes', '"sep=|"\rid|name\r1|a,b\r', {}],
    ['what the connector says too', 'sep=;\nid;name\n1;a,b', { delimiter: ';' }],
    ['a delimiter for files without a header', 'sep=;\n1;a,b', { header: false, columns: ['id', 'name'] }],
    ['the same in the middle', 'sep=;\nid;name\nsep=;\nid;name\n1;a,b', {}],
  ])('names %s', async (_, text, csv) => {
    expect(await idsOf(text, csv)).toBe('1=a,b');
  });

  test('is read in UTF-16 as well', async () => {
    expect(await idsOf(Buffer.from(`${MARK}sep=;\nid;name\n1;a`, 'utf16le'))).toBe('1=a');
  });

  test('fails the run when it contradicts the connector', async () => {
    expect(await failure('sep=;\nid,name\n1,a\n', { delimiter: ',' })).toMatchObject({
      code: 'SOURCE_FILE_INVALID',
      message:
        'a.csv, line 1: the line sep= says that the delimiter is ";", and source.csv.delimiter is ",".',
    });
  });

  test('fails the run when it does not name one character', async () => {
    expect(await failure('sep=\nid,name\n1,a\n')).toMatchObject({
      message: expect.stringMatching(/^a\.csv, line 1: the line begins with sep=, which tells Excel/),
    });
  });

  test('is counted as a line', async () => {
    expect(await failure('sep=;\nid;name\n1\n')).toMatchObject({
      message: expect.stringMatching(/^a\.csv, line 3: /),
    });
  });
});

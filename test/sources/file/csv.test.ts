import { afterAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import type { CsvSpec } from '../../../src/definitions/rest/types.ts';
import { ROW_BYTES_MAX } from '../../../src/core/limits.ts';
import { CSV_HEADER_BYTES_MAX } from '../../../src/formats/limits.ts';
import { FILE_READ_BYTES } from '../../../src/sources/limits.ts';
import { fileSource, writeOldFile } from '../../support/files/file-source.ts';
import { growthOf } from '../../support/memory/processor-time.ts';
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

interface Reading {
  readonly csv?: CsvSpec;
  readonly fields?: readonly string[];
  readonly vital?: readonly string[];
}

const listing = (files: Readonly<Record<string, string>>, options: Reading) => {
  for (const [name, text] of Object.entries(files)) writeOldFile(folder, name, text);
  return readAll(fileSource(folder, options));
};
/** The rows of one file. */
const rowsOf = async (text: string, options: Reading = {}) =>
  (await listing({ 'a.csv': text }, options)).rows;
const failure = (files: string | Readonly<Record<string, string>>, options: Reading = {}) =>
  listing(typeof files === 'string' ? { 'a.csv': files } : files, options).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a CSV file', () => {
  it('has cells as they are: quoted or not, empty, with blanks, with any line ends between rows', async () => {
    expect(await rowsOf('id,name\r\n1,"a, ""b""\r\nc"\n\n2,\r"3",""\r\n 4 , x ')).toEqual([
      { id: '1', name: 'a, "b"\r\nc' },
      { id: '2', name: '' },
      { id: '3', name: '' },
      { id: ' 4 ', name: ' x ' },
    ]);
  });

  it('may have another delimiter and quote, or no quote', async () => {
    expect(await rowsOf("id;name\n1;'a;''b'''\n", { csv: { delimiter: ';', quote: "'" } })).toEqual([
      { id: '1', name: "a;'b'" },
    ]);
    expect(await rowsOf('id\tname\n1\t6" "pipe\n', { csv: { delimiter: '\t', quote: '' } })).toEqual([
      { id: '1', name: '6" "pipe' },
    ]);
    expect(await rowsOf('id¦name\n1¦x\n', { csv: { delimiter: '¦' } })).toEqual([{ id: '1', name: 'x' }]);
  });

  it('may have no header when the connector names the columns', async () => {
    const csv = { header: false, columns: ['other', 'name', 'id'] };
    expect(await rowsOf('x,one,1\ny,two,2', { csv })).toEqual([
      { id: '1', name: 'one' },
      { id: '2', name: 'two' },
    ]);
    expect(await rowsOf('', { csv })).toEqual([]);
  });

  it('may have its header normalized', async () => {
    const csv = { normalizeHeader: true };
    const fields = ['employee_id', 'full_name_en', 'größe'];
    expect(await rowsOf(' Employee-ID ,"Full Name\n(EN)",Größe\n1,Ann,3', { csv, fields })).toEqual([
      { employee_id: '1', full_name_en: 'Ann', größe: '3' },
    ]);
  });

  it('tells file and line of a row where the mapping asks for them', async () => {
    const { rows, json, columns } = await listing(
      { 'b/2.csv': 'id\n9', 'a.csv': '\n\nid,x\r\n1,"a\r\nb\nc"\r\n\r\n2,\n3,"\n"\n4,' },
      { fields: ['id', '_file', '_line'] },
    );
    expect(columns.map(({ kind }) => kind)).toEqual(['text', 'text', 'integer']);
    expect(rows.map((row) => `${row['id']} ${row['_file']}:${row['_line']}`)).toEqual([
      '1 a.csv:4',
      '2 a.csv:8',
      '3 a.csv:9',
      '4 a.csv:11',
      '9 b/2.csv:2',
    ]);
    expect(json[0]?.['_line']).toBe('4');
  });

  it('may have columns that others lack, in another order, and some without a name', async () => {
    const { rows } = await listing({ 'a.csv': 'id,name,,\n1,one,,', 'b.csv': 'x,id\n,2' }, {});
    expect(rows).toEqual([
      { id: '1', name: 'one' },
      { id: '2', name: '' },
    ]);
    const source = fileSource(folder);
    for await (const { bytes, starts } of source.read(undefined, new AbortController().signal)) {
      // Absent, and not merely empty.
      expect(bytes.readInt32BE(starts[1]! + 4 + 1)).toBe(-2);
    }
  });

  test('reads back equal, whatever table it was, however it was written', async () => {
    const cell = fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replaceAll('\0', ''));
    const odd = fc.constantFrom(
      '',
      '"',
      '""',
      ',',
      ';',
      '\t',
      "'",
      '\r\n',
      '\n',
      '\r',
      ' ',
      'a"b',
      '"a',
      '€',
    );
    const anyCell = fc.oneof(
      cell,
      odd,
      fc.array(odd, { maxLength: 4 }).map((parts) => parts.join('')),
    );
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(anyCell, { minLength: width, maxLength: width }), { maxLength: 8 }),
      );
    const form = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|', '¦'),
      quote: fc.constantFrom('"', "'"),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      quoted: fc.constantFrom('all', 'needed'),
      lastEnd: fc.boolean(),
      // So that a chunk of the file ends anywhere in it.
      padding: fc.oneof(fc.constant(0), fc.integer({ min: FILE_READ_BYTES - 60, max: FILE_READ_BYTES })),
    });
    await fc.assert(
      fc.asyncProperty(table, form, async (rows, { delimiter, quote, lineEnd, quoted, lastEnd, padding }) => {
        const write = (text: string) => {
          const needs = text === '' || [delimiter, quote, '\r', '\n'].some((mark) => text.includes(mark));
          return quoted === 'all' || needs ? quote + text.replaceAll(quote, quote + quote) + quote : text;
        };
        const fields = (rows[0] ?? ['']).map((_, index) => `c${index}`);
        const all = [fields, [...fields.slice(1), `p${'x'.repeat(padding)}`], ...rows];
        const text =
          all.map((row) => row.map(write).join(delimiter)).join(lineEnd) + (lastEnd ? lineEnd : '');
        const csv: CsvSpec = { delimiter, quote, errorCells: 'keep' };
        const read = await rowsOf(text, { csv, fields });
        // A row of blank cells is a blank line, and a byte order mark at the beginning of a row is not part of its text.
        const wanted = rows
          .map(([first = '', ...rest]) => [first.replace(/^\uFEFF/, ''), ...rest])
          .filter((row) => row.some((text) => text.trim() !== ''));
        expect(read.slice(1).map((row) => fields.map((field) => row[field]))).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a CSV file that is not what it should be fails the run, with file and line:', () => {
  const header = 'id,name\n';
  it.each<[string, string, CsvSpec, string]>([
    [
      'too few cells',
      `${header}1,one\n2\n`,
      {},
      'a.csv, line 3: the row that begins here has 1 cells, and there are 2 columns.',
    ],
    [
      'too many cells',
      `${header}"1\r\n",one\n2,two,too\n`,
      {},
      'a.csv, line 4: the row that begins here has 3 cells, and there are 2 columns.',
    ],
    [
      'an unfinished row',
      `${header}1,one\n2`,
      {},
      'a.csv, line 3: the row that begins here has 1 cells, and there are 2 columns.',
    ],
    [
      'another delimiter',
      'id;name\n1;a,b\n',
      { header: false, columns: ['id', 'name'] },
      'a.csv, line 1: the row that begins here has 1 cells, and there are 2 columns.',
    ],
    [
      'a quote that stays open',
      `${header}1,"a\r\nb"\r\n2,"two\n3,three\n4,four\n`,
      {},
      'a.csv, line 4: the row that begins here has a quote that is never closed; perhaps the file is cut off.',
    ],
    [
      'a quote inside a cell',
      `${header}\n\n1,6" pipe\n`,
      {},
      'a.csv, line 4: the row that begins here has a quote inside a cell that does not begin with one.',
    ],
    [
      'text after a quote',
      `${header}1,"a"b\n`,
      {},
      'a.csv, line 2: the row that begins here has more text after a closing quote.',
    ],
    ['no header', '', {}, 'a.csv, line 1: the file is empty, without even a header.'],
    ['blank lines only', '\n\r\n', {}, 'a.csv, line 1: the file is empty, without even a header.'],
    ['a name twice', '\nid,name,id\n', {}, 'a.csv, line 2: the header has two columns of the name "id".'],
    [
      'a name twice, once normalized',
      'ID,name,id-\n',
      { normalizeHeader: true },
      'a.csv, line 1: the header has two columns of the name "id" ("ID" and "id-").',
    ],
  ])('%s', async (_, text, csv, message) => {
    expect(await failure(text, { csv })).toMatchObject({ code: 'SOURCE_FILE_INVALID', exit: 65, message });
  });

  it('the rows before it do not hide it, regardless of their number', async () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => `${id},row\r\n`).join('');
    expect(await failure(`${header}${rows}1,"open`)).toMatchObject({
      message: expect.stringMatching(/^a\.csv, line 20002: .* never closed/),
    });
  });

  it('an endless row, instead of being gathered to its end', async () => {
    expect(
      await failure(`${header}1,"${'x\n'.repeat(ROW_BYTES_MAX / 2)}${'y'.repeat(FILE_READ_BYTES)}`),
    ).toMatchObject({
      message: `a.csv, line 2: the row that begins here has more than ${ROW_BYTES_MAX} bytes.`,
    });
  });

  it('an endless header', async () => {
    expect(
      await failure(`${'x,'.repeat(CSV_HEADER_BYTES_MAX / 2)}${'y'.repeat(FILE_READ_BYTES)}\n`),
    ).toMatchObject({
      message: `a.csv, line 1: the row that begins here has more than ${CSV_HEADER_BYTES_MAX} bytes.`,
    });
  });

  it('a column that has the name of one that every row has, if it is asked for', async () => {
    expect(await failure('id,_line\n1,x\n', { fields: ['id', '_line'] })).toMatchObject({
      message: expect.stringMatching(/^a\.csv, line 1: the header has a column _line, /),
    });
    expect(await rowsOf('id,_line\n1,x\n', { fields: ['id'] })).toEqual([{ id: '1' }]);
  });
});

describe('columns that the mapping names', () => {
  it('fail the run when no file has them, with a list of the existing columns', async () => {
    const error = await failure(
      { 'a.csv': 'Id,name\n', 'b.csv': 'name,team\n' },
      { fields: ['id', 'name', 'nmae', '_file'] },
    );
    expect(error).toMatchObject({
      code: 'SOURCE_COLUMN_MISSING',
      message:
        'None of the files has "id", "nmae", which the mapping names. There are: "Id", "name", "team".',
    });
  });
});

describe('a column of ids or readers', () => {
  it('fails the run when one file lacks it, for the documents of that file would be deleted', async () => {
    const files = { 'a.csv': 'id,name,readers\n1,one,a@x.com\n', 'b.csv': 'id,name,reader\n2,two,b@x.com\n' };
    expect(await failure(files, { vital: ['id', 'readers', '_line'] })).toMatchObject({
      code: 'SOURCE_COLUMN_MISSING',
      message: 'b.csv has no column "readers", which the mapping names. There are: "id", "name", "reader".',
    });
  });
});

describe('a cell that a spreadsheet could not compute', () => {
  const text = 'id,name,readers,other\n1,one,a@x.com,#REF!\n2,#N/A,b@x.com,\n';
  const fields = ['id', 'name', 'readers'];
  const read = (errorCells: CsvSpec['errorCells']) =>
    rowsOf(text, { csv: errorCells === undefined ? {} : { errorCells }, fields, vital: ['id', 'readers'] });

  it('fails the run, unless no field is made of it', async () => {
    await expect(read(undefined)).rejects.toMatchObject({
      code: 'SOURCE_FILE_INVALID',
      message:
        'a.csv, line 3: the row that begins here has #N/A in the column name, which a spreadsheet could not compute.',
    });
  });

  it('is NULL or stays text when the connector says so', async () => {
    expect((await read('null')).map((row) => row['name'])).toEqual(['one', null]);
    expect((await read('keep')).map((row) => row['name'])).toEqual(['one', '#N/A']);
  });

  it('is never NULL in an id or among readers, for the document would be deleted', async () => {
    const options = { csv: { errorCells: 'null' as const }, fields, vital: ['id', 'readers'] };
    expect(await failure('id,name,readers\n1,one,#NAME?\n', options)).toMatchObject({
      message: expect.stringContaining('#NAME? in the column readers'),
    });
  });

  it.each([
    '#N/A',
    '#REF!',
    '#DIV/0!',
    '#VALUE!',
    '#NAME?',
    '#NUM!',
    '#NULL!',
    '#SPILL!',
    '#ERROR!',
    '#NV',
    '#BEZUG!',
    '#WERT!',
    '#ZAHL!',
    '#ÜBERLAUF!',
    '#VALEUR!',
    '#NOM?',
    '#NOMBRE!',
    '#NUL!',
    '#N/D',
    '#¡REF!',
    '#¡DIV/0!',
    '#¿NOMBRE?',
    'Err:502',
  ])('is %s', async (cell) => {
    expect(await rowsOf(`id\n${cell}\n`, { csv: { errorCells: 'null' }, fields: ['id'] })).toEqual([
      { id: null },
    ]);
  });

  it.each(['#1', '#sales', '#NVIDIA', '#Wert', 'N/A', ' #N/A', '#REF! is an error', 'Err:5021'])(
    'is not %j',
    async (cell) => {
      expect(await rowsOf(`id\n${cell}\n`, { fields: ['id'] })).toEqual([{ id: cell }]);
    },
  );
});

describe('a CSV file of 100,000 columns', () => {
  const names = (count: number) => Array.from({ length: count }, (_, column) => `c${column}`);

  test('is read in a time that is linear in the columns, with as many fields', async () => {
    const work = (size: number) => {
      const columns = names(size);
      const fields = columns.slice(-size / 10);
      return rowsOf(`${columns.join()}\n${columns.join()}`, { fields });
    };
    expect(await growthOf(work, 100_000)).toBe('linear');
  });
});

import { afterAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { ROW_BYTES_MAX } from '../../../src/core/limits.ts';
import { FILE_READ_BYTES } from '../../../src/sources/limits.ts';
import { fileSource, writeOldFile } from '../../support/files/file-source.ts';
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

const listing = (text: string, fields: readonly string[] = ['id', 'name']) => {
  writeOldFile(folder, 'a.ndjson', text);
  return readAll(fileSource(folder, { format: 'ndjson', fields }));
};
const failure = (text: string, fields?: readonly string[]) =>
  listing(text, fields).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('an NDJSON file', () => {
  it('has values of any type, with every digit', async () => {
    const { rows, columns } = await listing(
      '{"id": 12345678901234567890, "name": 1.50}\r\n{"id":"a\\u0022","name":{"x" : [1e400, true]}}\n',
    );
    expect(columns.map(({ kind }) => kind)).toEqual(['json', 'json']);
    expect(rows).toEqual([
      { id: '12345678901234567890', name: '1.50' },
      { id: '"a\\u0022"', name: '{"x" : [1e400, true]}' },
    ]);
  });

  it('has lines in which a field is null, or missing, or inside another one', async () => {
    const { rows } = await listing(
      '{"id":1,"name":null}\n{"id":2}\n\n  \r\n{"id":3,"name":"x","a":{"b":7}}',
      ['id', 'name', 'a.b', '_line', '_file'],
    );
    const place = { _file: 'a.ndjson' };
    expect(rows).toEqual([
      { id: '1', name: null, 'a.b': '', _line: '1', ...place },
      { id: '2', name: '', 'a.b': '', _line: '2', ...place },
      { id: '3', name: '"x"', 'a.b': '7', _line: '5', ...place },
    ]);
  });

  it('may be empty', async () => {
    expect((await listing('')).rows).toEqual([]);
    expect((await listing('\n')).rows).toEqual([]);
  });

  test('reads back equal, wherever the chunks of the file end', async () => {
    const value = fc.jsonValue({ maxDepth: 2 }).map((json) => JSON.stringify(json).replaceAll('\\u0000', ''));
    const line = fc.tuple(value, value);
    const padding = fc.oneof(fc.constant(0), fc.integer({ min: FILE_READ_BYTES - 80, max: FILE_READ_BYTES }));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), padding, async (lines, blanks) => {
        const text = lines.map(([id, name]) => `{"id": ${id} ,"name":${name}}`).join('\n');
        const { rows } = await listing(`${' '.repeat(blanks)}${text}`);
        const read = (json: string) => (json === 'null' ? null : json);
        expect(rows).toEqual(lines.map(([id, name]) => ({ id: read(id), name: read(name) })));
      }),
      { numRuns: 100 },
    );
  });
});

describe('an NDJSON file that is not what it should be fails the run, with file and line:', () => {
  it.each([
    [
      'a line that is cut off',
      '{"id":1,"name":2}\n\n{"id":1,"na',
      'a.ndjson, line 3: no JSON: it ends too soon.',
    ],
    [
      'a line that is not valid JSON',
      '{"id":1,"name":2}\nid,name\n',
      'a.ndjson, line 2: no JSON: it has an unexpected character at byte 1.',
    ],
    [
      'two objects in a line',
      '{"id":1} {"id":2}',
      'a.ndjson, line 1: no JSON: it has an unexpected character at byte 10.',
    ],
    ['a list', '[{"id":1}]', 'a.ndjson, line 1: no JSON object.'],
    ['an object over several lines', '{\n"id": 1}', 'a.ndjson, line 1: no JSON: it ends too soon.'],
  ])('%s', async (_, text, message) => {
    expect(await failure(text)).toMatchObject({ code: 'SOURCE_FILE_INVALID', message });
  });

  it('an endless line', async () => {
    expect(await failure(`\n{"id":"${'x'.repeat(ROW_BYTES_MAX)}"}`)).toMatchObject({
      message: `a.ndjson, line 2: a line of more than ${ROW_BYTES_MAX} bytes.`,
    });
  });

  it('a field that has the name of one that every row has, if it is asked for', async () => {
    expect(await failure('{"_file":1}', ['_file'])).toMatchObject({
      message: expect.stringMatching(/^a\.ndjson, line 1: the object has a field _file, /),
    });
  });
});

it('a field that no line has fails the run, unless there are no lines', async () => {
  expect(await failure('{"id":1}\n{"id":2}\n')).toMatchObject({
    code: 'SOURCE_COLUMN_MISSING',
    message: 'None of the lines has "name", which the mapping names.',
  });
  expect((await listing('', ['nowhere'])).rows).toEqual([]);
});

it('a field that only conditions ask for is warned about when no line has it', async () => {
  writeOldFile(folder, 'a.ndjson', '{"id":1}\n{"id":2}\n');
  const warned: (readonly string[])[] = [];
  const optional = new Set(['name']);
  const warnMissing = (names: readonly string[]) => void warned.push(names);
  const source = fileSource(folder, { format: 'ndjson', optional, warnMissing });
  expect((await readAll(source)).rows).toHaveLength(2);
  expect(warned).toEqual([['name']]);
});

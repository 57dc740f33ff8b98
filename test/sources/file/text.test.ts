import { isUtf8 } from 'node:buffer';
import { afterAll, describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import type { FileEncoding } from '../../../src/definitions/connector/types.ts';
import { FILE_READ_BYTES } from '../../../src/sources/limits.ts';
import { fileSource, writeOldFile } from '../../support/files/file-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
const folder = folders.make();
afterAll(() => {
  folders.removeAll();
});

/** The text of a file of these bytes. */
async function textOf(bytes: Buffer, encoding?: FileEncoding) {
  writeOldFile(folder, 'a.txt', bytes);
  const source = fileSource(folder, {
    documentPer: 'file',
    fields: ['content'],
    ...(encoding && { encoding }),
  });
  const { rows } = await readAll(source);
  return rows[0]?.['content'];
}
const failure = (bytes: Buffer, encoding?: FileEncoding) =>
  textOf(bytes, encoding).then(
    () => undefined,
    (error: unknown) => error,
  );

const TEXT = 'Größe, Ł, €, 日本, 👩‍🚀, ﬁ';

test.each([
  ['UTF-8', Buffer.from([0x61, 0xed, 0xa0, 0x80])],
  ['UTF-16', Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x00, 0xd8, 0x62, 0x00])],
])('half of a surrogate pair in %s is left to be quarantined with its row', async (_, bytes) => {
  writeOldFile(folder, 'a.txt', bytes);
  const source = fileSource(folder, { documentPer: 'file', fields: ['content'] });
  for await (const batch of source.read(undefined, new AbortController().signal)) {
    if (batch.count === 0) continue;
    const row = batch.bytes.subarray(batch.starts[0], batch.ends[0]);
    expect(row.includes(Buffer.from('61eda080', 'hex'))).toBe(true);
    expect(isUtf8(row.subarray(4))).toBe(false);
  }
  expect.assertions(2);
});

describe('the text of a file', () => {
  it('is UTF-8 unless something else is said, without its byte order mark', async () => {
    expect(await textOf(Buffer.from(TEXT))).toBe(TEXT);
    expect(await textOf(Buffer.from(`\uFEFF${TEXT}`))).toBe(TEXT);
    expect(await textOf(Buffer.from(`\uFEFF\uFEFFa`))).toBe('a');
    expect(await textOf(Buffer.from(''))).toBe('');
    expect(await textOf(Buffer.from('\uFEFF'))).toBe('');
  });

  it.each(['utf-16le', 'utf-16be'])('is %s when its byte order mark says so', async (encoding) => {
    const bytes = iconv.encode(TEXT, encoding, { addBOM: true });
    expect(await textOf(bytes)).toBe(TEXT);
    expect(await textOf(bytes, 'windows-1252')).toBe(TEXT);
  });

  it('is what the connector says when there is no byte order mark', async () => {
    const bytes = Buffer.from([0x80, 0x20, 0xe4]);
    expect(await textOf(bytes, 'windows-1252')).toBe('€ ä');
    expect(await textOf(bytes, 'latin1')).toBe('\u0080 ä');
    expect(await textOf(Buffer.from(`\uFEFF${TEXT}`), 'latin1')).toBe(TEXT);
  });

  test('comes back whatever characters the chunks of a file are cut in', async () => {
    const around = fc.integer({ min: -8, max: 0 }).map((less) => 'x'.repeat(FILE_READ_BYTES + less));
    const characters = fc.string({ unit: 'binary', minLength: 4, maxLength: 12 });
    const wanted = fc.constantFrom('utf-8', 'utf-16le', 'utf-16be');
    await fc.assert(
      fc.asyncProperty(around, characters, wanted, async (before, after, encoding) => {
        const text = before + after.replaceAll('\0', '.').replaceAll('\uFFFD', '.');
        expect((await textOf(iconv.encode(text, encoding, { addBOM: true }))) === text).toBe(true);
        const odd = `${'x'.repeat(FILE_READ_BYTES / 2 - 4)}${text}`;
        expect((await textOf(iconv.encode(odd, encoding, { addBOM: true }))) === odd).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('bytes that are not text fail the run, with file and line:', () => {
  it.each<[string, Buffer, FileEncoding | undefined, string]>([
    [
      'Latin 1 read as UTF-8',
      Buffer.from('a\nb\r\nc\rGr\xf6\xdfe\n', 'latin1'),
      undefined,
      'a.txt, line 4: bytes that are invalid in utf-8.',
    ],
    [
      'a character that is cut off',
      Buffer.from('a\n€').subarray(0, -1),
      undefined,
      'a.txt, line 2: the file ends inside a character of utf-8.',
    ],
    [
      'a surrogate in UTF-8 that is cut off',
      Buffer.from([0x61, 0xed, 0xa0, 0x61]),
      undefined,
      'a.txt, line 1: bytes that are invalid in utf-8.',
    ],
    ['a NUL', Buffer.from('a\nb\0c'), undefined, 'a.txt, line 2: a NUL character, which text does not have.'],
    [
      'consecutive NULs',
      Buffer.from('a\nb\0\0\0\0c'),
      'windows-1252',
      'a.txt, line 2: a NUL character, which text does not have.',
    ],
    [
      'a few NULs, all at odd places',
      Buffer.from(`a\nb\0c\0${'de'.repeat(50)}`),
      undefined,
      'a.txt, line 2: a NUL character, which text does not have.',
    ],
    [
      'UTF-16 without a mark',
      Buffer.from('id;Größe\n', 'utf16le'),
      undefined,
      'a.txt, line 1: the file seems to be utf-16le, without a byte order mark.',
    ],
    [
      'UTF-16 without a mark, read as Windows-1252',
      iconv.encode('id;название;一\r\n1;Ж;一\r\n', 'utf-16be'),
      'windows-1252',
      'a.txt, line 1: the file seems to be utf-16be, without a byte order mark.',
    ],
    [
      'half a character of UTF-16',
      Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x0a]),
      undefined,
      'a.txt, line 1: the file ends inside a character of utf-16le.',
    ],
    [
      'what Windows-1252 has not',
      Buffer.from([0x0a, 0x0a, 0x81]),
      'windows-1252',
      'a.txt, line 3: bytes that are invalid in windows-1252.',
    ],
  ])('%s', async (_, bytes, encoding, message) => {
    expect(await failure(bytes, encoding)).toMatchObject({ code: 'SOURCE_FILE_INVALID', message });
  });

  it('and names what may say its encoding, when it is UTF-16 without a mark', async () => {
    expect(await failure(Buffer.from('id;name\n', 'utf16le'))).toMatchObject({
      hint: expect.stringContaining('source.encoding'),
    });
  });

  it('also far into a file', async () => {
    const lines = 'line\r\n'.repeat(50_000);
    const bytes = Buffer.concat([Buffer.from(`${lines}x`), Buffer.from([0xff]), Buffer.from(lines)]);
    expect(await failure(bytes)).toMatchObject({
      message: 'a.txt, line 50001: bytes that are invalid in utf-8.',
    });
  });
});

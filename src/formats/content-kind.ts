/** A kind of content that is not rows of text. */
export interface ContentKind {
  /** The rest of the sentence "The file is …". */
  readonly what: string;
  /** What to do about a file of this kind. */
  readonly hint: string;
}

interface BinaryKind extends ContentKind {
  /** The first bytes of such a file. */
  readonly magic: Buffer;
}

const UNPACK =
  'Decompress the file, and match what is in it with source.glob: compressed files are not read.';
const EXPORT = 'Export it as CSV (UTF-8) or NDJSON: only text files are read.';

const BINARY_KINDS: readonly BinaryKind[] = [
  { magic: Buffer.from([0x1f, 0x8b]), what: 'compressed with gzip', hint: UNPACK },
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), what: 'compressed with zstd', hint: UNPACK },
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), what: 'compressed with xz', hint: UNPACK },
  { magic: Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]), what: 'a 7-Zip archive', hint: UNPACK },
  { magic: Buffer.from('BZh91AY&SY', 'latin1'), what: 'compressed with bzip2', hint: UNPACK },
  {
    magic: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    what: 'an old Microsoft Office document, such as .xls',
    hint: EXPORT,
  },
  { magic: Buffer.from('%PDF-'), what: 'a PDF document', hint: EXPORT },
  { magic: Buffer.from('PAR1\u0015'), what: 'a Parquet file', hint: EXPORT },
  { magic: Buffer.from('Obj\u0001'), what: 'an Avro file', hint: EXPORT },
  { magic: Buffer.from('ORC\n'), what: 'an ORC file', hint: EXPORT },
  { magic: Buffer.from('SQLite format 3\0'), what: 'an SQLite database', hint: EXPORT },
  {
    magic: Buffer.from([0xff, 0xfe, 0, 0]),
    what: 'text in UTF-32',
    hint: 'Save the file as UTF-8.',
  },
];

const ZIP_MAGIC = Buffer.from('PK\u0003\u0004');

/** The kinds of ZIP archive, by a name near the beginning of the file. */
const ZIP_KINDS: readonly (readonly [name: string, what: string, hint: string])[] = [
  ['xl/', 'an Excel workbook (.xlsx)', EXPORT],
  ['opendocument.spreadsheet', 'an OpenDocument spreadsheet (.ods)', EXPORT],
  ['word/', 'a Word document (.docx)', EXPORT],
  ['[Content_Types].xml', 'a Microsoft Office document, such as .xlsx', EXPORT],
];

/** The beginnings of text that does not contain rows, in lower case and without leading spaces. */
const MARKUP_KINDS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^<(!doctype\s+html|html|head|body|table)\b/, 'an HTML page'],
  [/^<\?xml\b/, 'an XML document'],
  [/^\{\\rtf/, 'an RTF document'],
];

const DOWNLOAD =
  'Check what wrote the file: a failed download often leaves a page instead of the data. Otherwise export it as CSV or NDJSON.';

/** Number of leading characters that are searched for markup. */
const MARKUP_CHARACTERS = 256;

/**
 * Recognizes content that is not text by its format, because the error "bytes that are not UTF-8" would suggest the wrong fix.
 * @param start the first bytes
 */
export function binaryKindOf(start: Buffer): ContentKind | undefined {
  if (start.subarray(0, ZIP_MAGIC.length).equals(ZIP_MAGIC)) {
    const [, what, hint] = ZIP_KINDS.find(([name]) => start.includes(name)) ?? ['', 'a ZIP archive', UNPACK];
    return { what, hint };
  }
  return BINARY_KINDS.find(({ magic }) => start.subarray(0, magic.length).equals(magic));
}

/**
 * Recognizes text that does not contain rows, which is often the error page or the login page of a failed download.
 * @param start the first characters, as UTF-8
 */
export function markupKindOf(start: Buffer): ContentKind | undefined {
  const text = start.toString('utf8', 0, MARKUP_CHARACTERS).trimStart().toLowerCase();
  const kind = MARKUP_KINDS.find(([pattern]) => pattern.test(text));
  return kind && { what: kind[1], hint: DOWNLOAD };
}

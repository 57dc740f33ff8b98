/** How a collation has text written that is not UTF-16. */
export type CodePage = 'windows-1252' | 'windows-1251' | 'utf-8';

/** SQL_Latin1_General_CP1_CI_AS, which servers have that were installed in the United States. */
export const SERVER_COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

/** Language, flags and sort order: what a client chooses the code page by. */
export const COLLATIONS: Readonly<Record<CodePage, Uint8Array>> = {
  'windows-1252': SERVER_COLLATION,
  // Cyrillic_General_CI_AS.
  'windows-1251': Buffer.from([0x19, 0x04, 0xd0, 0x00, 0x00]),
  // Latin1_General_100_CI_AS_SC_UTF8.
  'utf-8': Buffer.from([0x09, 0x04, 0xd0, 0x24, 0x00]),
};

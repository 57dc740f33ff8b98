export const GUID_BYTES = 16;

/** The position of each byte of the text on the wire: the first three groups are little-endian. */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** @throws Error if this is not a GUID in its usual form */
export function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  if (bytes.length !== GUID_BYTES) throw new Error(`${text} is no uniqueidentifier.`);
  return reordered(bytes);
}

/** In upper case, as SQL Server writes it. */
export function guidText(bytes: Buffer): string {
  const hex = reordered(bytes).toString('hex').toUpperCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function reordered(bytes: Buffer): Buffer {
  return Buffer.from(ORDER.map((at) => bytes.readUInt8(at)));
}

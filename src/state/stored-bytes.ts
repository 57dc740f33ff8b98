/** A column of bytes. The driver of SQLite reads the other form of bytes than it writes. */
export type StoredBytes = Uint8Array | ArrayBuffer;

/** Returns a column of bytes as it is read, in the form in which it is used. */
export function bytesOf(bytes: StoredBytes): Uint8Array {
  return ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
}

/**
 * Reads of elements that are known to be there: the index comes from the same data. The compiler does not know, so it is
 * said here, once, and not at each of the reads. One function per type of array keeps each of them fast.
 */

/** A byte; 0 beyond the end. */
export function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** A signed number; 0 beyond the end. */
export function intAt(ints: Int32Array, index: number): number {
  return ints[index] ?? 0;
}

/** An unsigned number; 0 beyond the end. */
export function wordAt(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** @throws RangeError beyond the end */
export function itemAt<Item extends object | string>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`);
  return item;
}

/**
 * Functions that read array elements that are known to exist, because the index comes from the same data. The compiler cannot
 * know that, so the fallback is here, once, and not at each of the reads. One function per type of array keeps each of them fast.
 */

/** Returns a byte; 0 beyond the end. */
export function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** Returns a signed number; 0 beyond the end. */
export function intAt(ints: Int32Array, index: number): number {
  return ints[index] ?? 0;
}

/** Returns an unsigned number; 0 beyond the end. */
export function wordAt(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** @throws RangeError beyond the end */
export function itemAt<Item extends object | string>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`);
  return item;
}

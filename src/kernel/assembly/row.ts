import { HEADER_COLUMNS, HEADER_FIXED, HEADER_TABLE, HEADER_WEIGHTS } from '../program-codes';

/** Two words for each column of the row: its address and its length. */
let table: usize = 0;

/**
 * Finds the columns of a row.
 * @returns the bytes of output that it needs at most; 0 for a row that is not complete
 */
export function loadRow(program: usize, start: usize, end: usize): u64 {
  const columns = load<u32>(program + 4 * HEADER_COLUMNS);
  const weights = <usize>load<u32>(program + 4 * HEADER_WEIGHTS);
  let needed = <u64>load<u32>(program + 4 * HEADER_FIXED);
  table = <usize>load<u32>(program + 4 * HEADER_TABLE);
  let at = start;
  for (let column: usize = 0; column < columns; column++) {
    if (at + 4 > end) return 0;
    const length = <i32>bswap<u32>(load<u32>(at));
    at += 4;
    store<u32>(table + 8 * column, <u32>at);
    store<i32>(table + 8 * column, length, 4);
    if (length > 0) {
      if (<usize>length > end - at) return 0;
      at += <usize>length;
      needed += <u64>length * load<u32>(weights + 4 * column);
    } else if (length < -2) {
      return 0;
    }
  }
  return needed;
}

/** Returns the address of a column's value. */
export function startOf(column: usize): usize {
  return <usize>load<u32>(table + 8 * column);
}

/** Returns the bytes of a column's value, -1 for NULL, -2 for an absent column. */
export function lengthOf(column: usize): i32 {
  return load<i32>(table + 8 * column, 4);
}

import {
  BINARY_ARRAY,
  BINARY_DATE,
  BINARY_NONE,
  BINARY_TIMESTAMP,
  BINARY_TIMESTAMPTZ,
  TEXT_GROWTH_MAX,
  TEXT_INVALID,
  TEXT_TOO_LONG,
} from '../../binary-forms';
import { copyTo } from '../copies';
import { arrayTo } from './arrays';
import { dateTo, timestampTo } from './times';

const LENGTH_BYTES: usize = 4;

/**
 * Writes rows whose columns have binary forms as text, one after the other.
 * @param rows the indexes of `count` rows, which lie at `base + starts[row] .. base + ends[row]`
 * @param forms one byte for each of `columns` columns, as `binary-forms.ts` names them
 * @param out where the text may lie, up to `outEnd`
 * @param textStarts receives where the text of each row begins, counted from `out`, and `textEnds` where it ends
 * @returns the end of the last row, `TEXT_INVALID` or `TEXT_TOO_LONG`
 */
export function textRows(
  rows: usize,
  count: i32,
  base: usize,
  starts: usize,
  ends: usize,
  forms: usize,
  columns: i32,
  out: usize,
  outEnd: usize,
  textStarts: usize,
  textEnds: usize,
): usize {
  const first = out;
  for (let index = 0; index < count; index++) {
    const row = (<usize>load<u32>(rows + 4 * index)) << 2;
    const start = base + load<u32>(starts + row);
    const end = base + load<u32>(ends + row);
    if ((end - start) * TEXT_GROWTH_MAX > outEnd - out) return TEXT_TOO_LONG;
    store<u32>(textStarts + row, <u32>(out - first));
    out = textRowTo(out, start, end, forms, columns);
    if (out == 0) return TEXT_INVALID;
    store<u32>(textEnds + row, <u32>(out - first));
  }
  return out;
}

function textRowTo(out: usize, start: usize, end: usize, forms: usize, columns: i32): usize {
  /** The first byte that is not copied yet. */
  let from = start;
  let at = start;
  for (let column = 0; column < columns; column++) {
    // A row that is too large ends inside a value, which stays incomplete.
    if (at + LENGTH_BYTES > end) break;
    const length = <i32>bswap<u32>(load<u32>(at));
    const value = at + LENGTH_BYTES;
    if (length > 0 && <usize>length > end - value) break;
    at = value + (length > 0 ? <usize>length : 0);
    const form = <i32>load<u8>(forms + column);
    if (form == BINARY_NONE || length < 0) continue;
    const text = copyTo(out, from, value - from);
    out = valueTo(text, value, length, form);
    if (out == 0) return 0;
    store<u32>(text - LENGTH_BYTES, bswap<u32>(<u32>(out - text)));
    from = at;
  }
  return copyTo(out, from, end - from);
}

function valueTo(out: usize, from: usize, length: i32, form: i32): usize {
  switch (form) {
    case BINARY_DATE:
      return length == 4 ? dateTo(out, <i32>bswap<u32>(load<u32>(from))) : 0;
    case BINARY_TIMESTAMP:
    case BINARY_TIMESTAMPTZ:
      if (length != 8) return 0;
      return timestampTo(out, <i64>bswap<u64>(load<u64>(from)), form == BINARY_TIMESTAMPTZ);
    case BINARY_ARRAY:
      return arrayTo(out, from, length);
    default:
      return 0;
  }
}

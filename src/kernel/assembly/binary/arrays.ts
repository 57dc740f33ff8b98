import { copyTo } from '../copies';
import { signedTo } from './numbers';

const DIMENSIONS_MAX: i32 = 6;
/** The number of dimensions, whether there are NULLs, and the type of the elements. */
const HEADER_BYTES: usize = 12;
/** Its length and the index of its first element. */
const DIMENSION_BYTES: usize = 8;
const LENGTH_BYTES: usize = 4;

/** Object ids of the types of elements. */
const INT8: u32 = 20;
const INT2: u32 = 21;
const INT4: u32 = 23;
const TEXT: u32 = 25;
const BPCHAR: u32 = 1042;
const VARCHAR: u32 = 1043;

const OPENING: u8 = 0x7b;
const CLOSING: u8 = 0x7d;
const COMMA: u8 = 0x2c;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
const NULL: u32 = 0x4c4c_554e;
const NULL_SMALL: u32 = 0x6c6c_756e;

/** Returns a big-endian number. */
function intAt(address: usize): i32 {
  return <i32>bswap<u32>(load<u32>(address));
}

/**
 * Writes an array of texts or integers as Postgres does.
 * @returns the end, or 0 for what is not such an array
 */
export function arrayTo(out: usize, from: usize, length: i32): usize {
  const end = from + length;
  if (<usize>length < HEADER_BYTES) return 0;
  const dimensions = intAt(from);
  if (dimensions == 0) {
    store<u16>(out, 0x7d7b);
    return out + 2;
  }
  if (dimensions < 0 || dimensions > DIMENSIONS_MAX) return 0;
  const sizes = from + HEADER_BYTES;
  const elements = sizes + DIMENSION_BYTES * dimensions;
  if (elements > end) return 0;
  out = boundsTo(out, sizes, dimensions);
  const element = <u32>intAt(from + 8);
  const stop = nestedTo(out, elements, end, element, sizes, dimensions);
  return position == end ? stop : 0;
}

/** Writes the bounds of the dimensions, unless all begin with 1. */
function boundsTo(out: usize, sizes: usize, dimensions: i32): usize {
  let isUsual = true;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    if (intAt(sizes + DIMENSION_BYTES * dimension + 4) != 1) isUsual = false;
  }
  if (isUsual) return out;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const size = sizes + DIMENSION_BYTES * dimension;
    const lowest = <i64>intAt(size + 4);
    store<u8>(out, 0x5b);
    out = signedTo(out + 1, lowest);
    store<u8>(out, 0x3a);
    out = signedTo(out + 1, lowest + <i64>intAt(size) - 1);
    store<u8>(out++, 0x5d);
  }
  store<u8>(out, 0x3d);
  return out + 1;
}

/** The first byte after the elements that were written. */
let position: usize = 0;

/** Writes the elements of an array, or of a part of it, in braces. @returns the end, or 0 if there are too few */
function nestedTo(out: usize, from: usize, end: usize, element: u32, sizes: usize, dimensions: i32): usize {
  const size = intAt(sizes);
  if (size <= 0) return 0;
  position = from;
  store<u8>(out++, OPENING);
  for (let index = 0; index < size; index++) {
    if (index > 0) store<u8>(out++, COMMA);
    out =
      dimensions > 1
        ? nestedTo(out, position, end, element, sizes + DIMENSION_BYTES, dimensions - 1)
        : elementTo(out, position, end, element);
    if (out == 0) return 0;
  }
  store<u8>(out, CLOSING);
  return out + 1;
}

function elementTo(out: usize, from: usize, end: usize, element: u32): usize {
  if (from + LENGTH_BYTES > end) return 0;
  const length = intAt(from);
  const value = from + LENGTH_BYTES;
  if (length < 0) {
    position = value;
    store<u32>(out, NULL);
    return out + 4;
  }
  if (<usize>length > end - value) return 0;
  position = value + length;
  switch (element) {
    case TEXT:
    case VARCHAR:
    case BPCHAR:
      return needsQuotes(value, position) ? quotedTo(out, value, position) : copyTo(out, value, length);
    case INT2:
      return length == 2 ? signedTo(out, <i64>(<i16>bswap<u16>(load<u16>(value)))) : 0;
    case INT4:
      return length == 4 ? signedTo(out, <i64>intAt(value)) : 0;
    case INT8:
      return length == 8 ? signedTo(out, <i64>bswap<u64>(load<u64>(value))) : 0;
    default:
      return 0;
  }
}

/** Whether a text has a character with a meaning in an array, or is empty, or would be taken for NULL. */
function needsQuotes(from: usize, end: usize): bool {
  if (from == end) return true;
  if (end - from == 4 && (load<u32>(from) | 0x2020_2020) == NULL_SMALL) return true;
  for (; from < end; from += 16) {
    const bytes = v128.load(from);
    let special = v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
    special = v128.or(special, i8x16.eq(bytes, i8x16.splat(OPENING)));
    special = v128.or(special, i8x16.eq(bytes, i8x16.splat(CLOSING)));
    special = v128.or(special, i8x16.eq(bytes, i8x16.splat(COMMA)));
    special = v128.or(special, i8x16.eq(bytes, i8x16.splat(SPACE)));
    // Tab, line feed, vertical tab, form feed and carriage return.
    special = v128.or(special, i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(TAB)), i8x16.splat(5)));
    let mask = i8x16.bitmask(special);
    const left = <i32>(end - from);
    if (left < 16) mask &= (1 << left) - 1;
    if (mask != 0) return true;
  }
  return false;
}

function quotedTo(out: usize, from: usize, end: usize): usize {
  store<u8>(out++, QUOTE);
  for (; from < end; from++) {
    const byte = load<u8>(from);
    if (byte == QUOTE || byte == BACKSLASH) store<u8>(out++, BACKSLASH);
    store<u8>(out++, byte);
  }
  store<u8>(out, QUOTE);
  return out + 1;
}

import { GROUPS, USERS } from '../program-codes';
import { copyTo } from './copies';
import { ADDRESS, nameKind, NOT_PLAIN } from './names';

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const OPENING: u8 = 0x7b;
const CLOSING: u8 = 0x7d;
/** For longer lists, insertion sort would take longer than everything else. */
const NAMES_MAX: i32 = 16;
/** The brackets, and two quotation marks and a comma for each name. */
const PUNCTUATION_BYTES: usize = 2 + 3 * NAMES_MAX;
const SLACK_BYTES: usize = 16;

/** For each name its start and its end, in lower case if it is an address. */
const NAMES: usize = memory.data(8 * NAMES_MAX);
/** For each of the two lists: the count, then the start and the end of each name in the line, with its quotation marks. */
const LIST_BYTES: i32 = 8 + 8 * NAMES_MAX;
const LISTS: usize = memory.data(2 * (8 + 8 * NAMES_MAX));

/** Forgets the names of a list, and writes an empty one. */
export function noReadersTo(out: usize, list: u32): usize {
  store<i32>(listAt(list), 0);
  store<u16>(out, 0x5d5b);
  return out + 2;
}

function listAt(list: u32): usize {
  return LISTS + <usize>(list * LIST_BYTES);
}

function hasNames(list: u32): bool {
  return load<i32>(listAt(list)) > 0;
}

export function hasReaders(): bool {
  return hasNames(GROUPS) || hasNames(USERS);
}

/**
 * Writes an array literal of a few plain names as JSON: addresses in lower case, sorted, without duplicates.
 * @returns the end, or 0 for any other literal
 */
export function readersTo(out: usize, list: u32, from: usize, length: usize): usize {
  if (length < 2) return 0;
  const end = from + length;
  if (load<u8>(from) != OPENING || load<u8>(end - 1) != CLOSING) return 0;
  if (length == 2) return noReadersTo(out, list);
  // The names in lower case are needed only until they are in the line.
  const count = cut(from + 1, end - 1, out + length + PUNCTUATION_BYTES + SLACK_BYTES);
  if (count == 0) return 0;
  sort(count);
  return listTo(out, list, count);
}

/** Records each name. @returns their number; 0 if one of them is not plain, or if there are too many */
function cut(from: usize, end: usize, scratch: usize): i32 {
  let count = 0;
  let at = from;
  while (true) {
    const quoted = load<u8>(at) == QUOTE;
    if (quoted) at++;
    const stop = stopOf(at, end, quoted ? QUOTE : COMMA);
    if (count == NAMES_MAX || (quoted && stop == end)) return 0;
    const kind = nameKind(at, stop);
    if (kind == NOT_PLAIN) return 0;
    if (kind == ADDRESS) {
      scratch = keep(count, scratch, lowerTo(scratch, at, stop));
    } else {
      keep(count, at, stop);
    }
    count++;
    at = quoted ? stop + 1 : stop;
    if (at == end) return count;
    if (load<u8>(at) != COMMA || ++at == end) return 0;
  }
}

function stopOf(at: usize, end: usize, stop: u8): usize {
  while (at < end && load<u8>(at) != stop) at++;
  return at;
}

/** @returns the end of the name */
function keep(name: i32, start: usize, end: usize): usize {
  store<u32>(NAMES + 8 * name, <u32>start);
  store<u32>(NAMES + 8 * name, <u32>end, 4);
  return end;
}

function lowerTo(out: usize, from: usize, end: usize): usize {
  const length = end - from;
  for (let at: usize = 0; at < length; at += 16) {
    const bytes = v128.load(from + at);
    const upper = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x41)), i8x16.splat(26));
    v128.store(out + at, v128.or(bytes, v128.and(upper, i8x16.splat(0x20))));
  }
  return out + length;
}

function sort(count: i32): void {
  for (let name = 1; name < count; name++) {
    for (let at = NAMES + 8 * name; at > NAMES && compare(at - 8, at) > 0; at -= 8) {
      const word = load<u64>(at);
      store<u64>(at, load<u64>(at - 8));
      store<u64>(at - 8, word);
    }
  }
}

/** Compares two names by their bytes. */
function compare(one: usize, other: usize): i32 {
  let at = <usize>load<u32>(one);
  const end = <usize>load<u32>(one, 4);
  let otherAt = <usize>load<u32>(other);
  const otherEnd = <usize>load<u32>(other, 4);
  while (at < end && otherAt < otherEnd) {
    const difference = <i32>load<u8>(at++) - <i32>load<u8>(otherAt++);
    if (difference != 0) return difference;
  }
  return <i32>(end - at) - <i32>(otherEnd - otherAt);
}

function listTo(out: usize, list: u32, count: i32): usize {
  const kept = listAt(list);
  let entry = kept + 8;
  store<u8>(out++, 0x5b);
  for (let at = NAMES; at < NAMES + 8 * count; at += 8) {
    if (at > NAMES && compare(at - 8, at) == 0) continue;
    if (entry > kept + 8) store<u8>(out++, COMMA);
    store<u32>(entry, <u32>out);
    store<u8>(out, QUOTE);
    const start = <usize>load<u32>(at);
    out = copyTo(out + 1, start, <usize>load<u32>(at, 4) - start);
    store<u8>(out++, QUOTE);
    store<u32>(entry, <u32>out, 4);
    entry += 8;
  }
  store<i32>(kept, <i32>((entry - kept - 8) >> 3));
  store<u8>(out, 0x5d);
  return out + 1;
}

/** Writes the names of a list as objects, after a comma if the groups before have any. */
export function principalsTo(out: usize, list: u32, opening: usize, openingBytes: usize): usize {
  const kept = listAt(list);
  const count = load<i32>(kept);
  for (let name = 0; name < count; name++) {
    if (name > 0 || (list == USERS && hasNames(GROUPS))) {
      store<u8>(out++, COMMA);
    }
    const entry = kept + 8 + 8 * name;
    const start = <usize>load<u32>(entry);
    out = copyTo(out, opening, openingBytes);
    out = copyTo(out, start, <usize>load<u32>(entry, 4) - start);
    store<u8>(out++, CLOSING);
  }
  return out;
}

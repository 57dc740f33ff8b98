import {
  BASE64,
  CHECK_CONTENT,
  CHECK_ID,
  CHECK_READERS,
  CHECK_TEXT,
  END,
  FORM_ARRAY,
  ESCAPE,
  ID_PART,
  JSON_VALUE,
  LITERAL,
  MARK,
  MARK_CONTENT,
  MARK_CONTENT_END,
  MARK_ID,
  MARK_ID_END,
  PRINCIPALS,
  READABLE_ID,
  READERS,
  ROOM,
  TEXT,
  TEXT_IN_JSON,
  TIME,
  URI_VALUE,
} from '../program-codes';
import { base64To } from './base64';
import { copyTo, escapeTo } from './copies';
import { idPartTo, readableIdTo } from './ids';
import { hasReaders, noReadersTo, principalsTo, readersTo } from './readers';
import { lengthOf, startOf } from './row';
import { hasText, isTextWithoutNul } from './utf8';
import { arrayTo } from './arrays';
import { jsonTo, nullTo, textInJsonTo, textTo } from './values';

const MARKS: usize = memory.data(4 * 32);

export function markAt(mark: u32): usize {
  return <usize>load<u32>(MARKS + 4 * <usize>mark);
}

/** Runs a program for the row that is loaded. @returns the end of what it wrote, or 0 if the row is left to the other renderer */
export function interpret(code: usize, out: usize): usize {
  while (true) {
    const first = load<u32>(code, 4);
    const second = load<u32>(code, 8);
    const third = load<u32>(code, 12);
    switch (load<u32>(code)) {
      case END:
        return out;
      case LITERAL:
        out = copyTo(out, <usize>first, <usize>second);
        code += 12;
        break;
      case TEXT:
        out = valueTo(out, first, second, false);
        code += 12;
        break;
      case TEXT_IN_JSON:
        out = valueTo(out, first, second, true);
        code += 12;
        break;
      case JSON_VALUE:
        out = jsonValueTo(out, first, second, third);
        code += 16;
        break;
      case TIME:
        out = lengthOf(first) == 0 ? nullTo(out) : jsonValueTo(out, first, second, 0);
        code += 12;
        break;
      case ID_PART:
        out = idValueTo(out, first, second);
        code += 12;
        break;
      case URI_VALUE:
        out = uriValueTo(out, first, second, <usize>third);
        code += 16;
        break;
      case MARK:
        store<u32>(MARKS + 4 * <usize>first, <u32>out);
        code += 8;
        break;
      case ESCAPE:
        out = escapeTo(out, markAt(first), markAt(second));
        code += 12;
        break;
      case BASE64:
        out = base64To(out, markAt(first), markAt(second));
        code += 12;
        break;
      case READERS:
        out = readersValueTo(out, first, second);
        code += 12;
        break;
      case PRINCIPALS:
        out = principalsTo(out, first, <usize>second, <usize>third);
        code += 16;
        break;
      case READABLE_ID:
        out = readableIdTo(out, markAt(MARK_ID), markAt(MARK_ID_END), <usize>first);
        code += 8;
        break;
      case CHECK_TEXT:
        if (!isText(first)) return 0;
        code += 8;
        break;
      case CHECK_ID: {
        const length = <u32>(markAt(MARK_ID_END) - markAt(MARK_ID));
        if (length == first || length > second) return 0;
        code += 12;
        break;
      }
      case CHECK_CONTENT:
        if (!isContent(first, second != 0)) return 0;
        code += 12;
        break;
      case CHECK_READERS:
        if (!hasReaders()) return 0;
        code += 4;
        break;
      case ROOM:
        out += <usize>first;
        code += 8;
        break;
      default:
        return 0;
    }
    if (out == 0) return 0;
  }
}

/** A template fails on an absent column. */
function valueTo(out: usize, column: u32, form: u32, inJson: bool): usize {
  const length = lengthOf(column);
  if (length <= 0) return length == -2 ? 0 : out;
  const start = startOf(column);
  return inJson ? textInJsonTo(out, start, <usize>length, form) : textTo(out, start, <usize>length, form);
}

function jsonValueTo(out: usize, column: u32, form: u32, element: u32): usize {
  const length = lengthOf(column);
  if (length < 0) return nullTo(out);
  const from = startOf(column);
  return form == FORM_ARRAY
    ? arrayTo(out, from, from + <usize>length, element)
    : jsonTo(out, from, <usize>length, form);
}

function idValueTo(out: usize, column: u32, form: u32): usize {
  const length = lengthOf(column);
  if (length < 0) return 0;
  const start = startOf(column);
  if (form == 0) return idPartTo(out, start, start + <usize>length);
  // The other forms are text without `%`, and only a time has colons, which are encoded after it is written.
  const scratch = out + 3 * <usize>length + 64;
  const end: usize = length == 0 ? 0 : textTo(scratch, start, <usize>length, form);
  return end == 0 ? 0 : idPartTo(out, scratch, end);
}

function uriValueTo(out: usize, column: u32, form: u32, kept: usize): usize {
  const end = valueTo(out, column, form, false);
  if (end == 0) return 0;
  for (let at = out; at < end; at++) {
    if (load<u8>(kept + <usize>load<u8>(at)) == 0) return 0;
  }
  return end;
}

function readersValueTo(out: usize, list: u32, column: u32): usize {
  // A mapping without such a column names none.
  const length = column == <u32>-1 ? -1 : lengthOf(column);
  return length <= 0 ? noReadersTo(out, list) : readersTo(out, list, startOf(column), <usize>length);
}

function isText(column: u32): bool {
  const length = lengthOf(column);
  if (length <= 0) return true;
  const start = startOf(column);
  return isTextWithoutNul(start, start + <usize>length);
}

function isContent(most: u32, needsText: bool): bool {
  const start = markAt(MARK_CONTENT);
  const end = markAt(MARK_CONTENT_END);
  return end - start <= <usize>most && (!needsText || hasText(start, end));
}

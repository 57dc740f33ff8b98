import {
  HEADER_CODE,
  HEADER_KEY_HIGH,
  HEADER_KEY_LOW,
  HEADER_LINKS,
  HEADER_OUTPUT,
  HEADER_OUTPUT_END,
  HEADER_RESULTS,
  MARK_CHECKSUM,
  MARK_CONTENT,
  MARK_CONTENT_END,
  MARK_DIGEST_END,
  MARK_ID,
  MARK_ID_END,
  MARK_LINE,
  MARK_LINE_END,
  MARK_RECORD_END,
  MARK_TITLE,
  MARK_TITLE_END,
  MARK_URI,
  MARK_URI_END,
} from '../program-codes';
import { fingerprintOf } from './fingerprints';
import { interpret, markAt } from './interpret';
import { loadRow } from './row';

/** Words of a result, as `RESULT` of `batch-renderer.ts` names them. */
const RESULT_WORDS: usize = 12;
/** The quotation marks of an empty string, or the end of a link that is null. */
const EMPTY_JSON_BYTES: usize = 2;

/**
 * Renders rows until the output is full.
 * @param rows the indexes of `count` rows, which lie at `base + starts[row] .. base + ends[row]`
 * @returns how many rows have a result
 */
export function render(
  program: usize,
  rows: usize,
  count: i32,
  base: usize,
  starts: usize,
  ends: usize,
): i32 {
  const output = <usize>load<u32>(program + 4 * HEADER_OUTPUT);
  const outputEnd = <usize>load<u32>(program + 4 * HEADER_OUTPUT_END);
  const code = <usize>load<u32>(program + 4 * HEADER_CODE);
  let result = <usize>load<u32>(program + 4 * HEADER_RESULTS);
  let out = output;
  for (let index = 0; index < count; index++) {
    const row = (<usize>load<u32>(rows + 4 * index)) << 2;
    const needed = loadRow(program, base + load<u32>(starts + row), base + load<u32>(ends + row));
    store<u32>(result, 0);
    if (needed > 0 && needed <= <u64>(outputEnd - output)) {
      if (needed > <u64>(outputEnd - out)) return index;
      const end = interpret(code, out);
      if (end != 0) {
        out = end;
        storeResult(program, result);
      }
    }
    result += 4 * RESULT_WORDS;
  }
  return count;
}

function storeResult(program: usize, result: usize): void {
  const id = markAt(MARK_ID);
  const idEnd = markAt(MARK_ID_END);
  const low = load<u64>(program + 4 * HEADER_KEY_LOW);
  const fingerprint = fingerprintOf(id, idEnd, low, load<u64>(program + 4 * HEADER_KEY_HIGH));
  store<u32>(result, 1);
  store<u32>(result, <u32>id, 4);
  store<u32>(result, <u32>idEnd, 8);
  store<u32>(result, <u32>(fingerprint >> 32), 12);
  store<u32>(result, <u32>fingerprint, 16);
  store<u32>(result, <u32>markAt(MARK_LINE), 20);
  store<u32>(result, <u32>markAt(MARK_DIGEST_END), 24);
  store<u32>(result, <u32>markAt(MARK_CHECKSUM), 28);
  store<u32>(result, <u32>markAt(MARK_LINE_END), 32);
  store<u32>(result, <u32>markAt(MARK_LINE_END), 36);
  store<u32>(result, <u32>markAt(MARK_RECORD_END), 40);
  store<u32>(result, lacks(program), 44);
}

/** Returns what the document lacks, as `LACKS` of `batch-renderer.ts` names it. */
function lacks(program: usize): u32 {
  const untitled = markAt(MARK_TITLE_END) - markAt(MARK_TITLE) <= EMPTY_JSON_BYTES;
  const empty = markAt(MARK_CONTENT_END) == markAt(MARK_CONTENT);
  const links = load<u32>(program + 4 * HEADER_LINKS) != 0;
  const unlinked = links && markAt(MARK_URI_END) - markAt(MARK_URI) <= EMPTY_JSON_BYTES;
  return (untitled ? 1 : 0) | (empty ? 2 : 0) | (unlinked ? 4 : 0);
}

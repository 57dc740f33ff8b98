import { Refusal, type Call } from './exchange.ts';
import type { Receiver } from './receiving.ts';

/**
 * Takes what a PUT to an upload session brings, as its `Content-Range` says: `bytes 0-99/*` (more will come),
 * `bytes 100-199/200` (the end), no range but a star (a question only), or no such header (a whole content). Says whether
 * the upload is complete now.
 * @throws Refusal 400
 */
export async function appendRange(call: Call, receiver: Receiver): Promise<boolean> {
  const range = rangeOf(call.headers['content-range']);
  if (range.first === undefined) {
    if (range.total !== undefined) return receiver.bytes === range.total;
    return false;
  }
  if (range.first > receiver.bytes) {
    throw new Refusal(
      400,
      'invalid',
      `The range begins at ${range.first}, and ${receiver.bytes} bytes are there.`,
    );
  }
  /** What is there already is not taken twice. */
  let skip = receiver.bytes - range.first;
  try {
    for await (const chunk of call.body) {
      const fresh = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - fresh.length;
      await receiver.append(fresh);
    }
  } catch (error) {
    receiver.keepWholeQuanta();
    throw error;
  }
  if (range.last !== undefined && receiver.bytes !== range.last + 1) {
    const got = receiver.bytes;
    receiver.keepWholeQuanta();
    throw new Refusal(400, 'invalid', `The range ends at ${range.last}, and the body at ${got - 1}.`);
  }
  if (range.last === undefined || range.last + 1 === range.total) return true;
  receiver.keepWholeQuanta();
  return false;
}

interface UploadRange {
  /** Undefined: no content, a question only. */
  readonly first: number | undefined;
  /** Undefined: wherever the body ends. */
  readonly last: number | undefined;
  /** Undefined: not known yet. */
  readonly total: number | undefined;
}

function rangeOf(header: string | undefined): UploadRange {
  if (header === undefined) return { first: 0, last: undefined, total: undefined };
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(header);
  const [, first, last, total] = match ?? [];
  const range = {
    first: first === undefined ? undefined : Number(first),
    last: last === undefined ? undefined : Number(last),
    total: total === undefined || total === '*' ? undefined : Number(total),
  };
  const { first: from = 0, last: to = from, total: all = to + 1 } = range;
  if (match !== null && from <= to && (range.first === undefined || to < all)) return range;
  throw new Refusal(400, 'invalid', `Invalid Content-Range: ${header}`);
}

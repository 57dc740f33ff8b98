import { isUtf8 } from 'node:buffer';
import type { Hash } from 'node:crypto';
import {
  PUSH_DEPTH_MAX,
  PUSH_EVENT_BYTES_MAX,
  PUSH_EVENTS_PER_TURN,
  PUSH_JSON_BODY_BYTES_MAX,
  PUSH_NDJSON_BODY_BYTES_MAX,
} from '../../core/limits.ts';
import { checkListed, type ListedValue } from '../../sources/json/check.ts';
import { afterBlanks, isArray } from '../../sources/json/scan.ts';
import { JsonTextError } from '../../sources/json/tokens.ts';
import type { MemoryShare } from './memory.ts';
import { PushRefusal } from './refusal.ts';

/** `json`: an object or an array of objects. `ndjson`: an object a line. */
export type BodyFormat = 'json' | 'ndjson';

/** Where an event stands in text that was checked. */
export interface EventText extends ListedValue {
  readonly bytes: Buffer;
}

interface BodySurroundings {
  /** Gets all bytes of the body. */
  readonly hash: Hash;
  readonly memory: MemoryShare;
}

const LINE_FEED = 0x0a;
const BODY_BYTES_MAX: Readonly<Record<BodyFormat, number>> = {
  json: PUSH_JSON_BODY_BYTES_MAX,
  ndjson: PUSH_NDJSON_BODY_BYTES_MAX,
};

/**
 * The events of a body, some at a time, in their order. NDJSON is read line by line, JSON is gathered first.
 * @throws PushRefusal for a body that is cut off, too large, or no JSON that means one thing
 */
export function eventsOf(
  format: BodyFormat,
  body: AsyncIterable<Uint8Array>,
  surroundings: BodySurroundings,
): AsyncIterable<readonly EventText[]> {
  const chunks = counted(body, BODY_BYTES_MAX[format], surroundings);
  return format === 'json' ? jsonEvents(chunks) : ndjsonEvents(chunks, surroundings.memory);
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
  { hash, memory }: BodySurroundings,
): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of whole(body)) {
    size += chunk.length;
    if (size > bytesMax) {
      throw new PushRefusal('BODY_TOO_LARGE', `The body is larger than ${bytesMax} bytes.`, {
        hint: 'Send the events in several pushes, each with an Idempotency-Key of its own.',
      });
    }
    memory.take(chunk.length);
    hash.update(chunk);
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  }
}

/** What ends before its time is an error of the connection, whatever the connection calls it. */
async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch {
    throw new PushRefusal('BODY_INVALID', 'The body was cut off.');
  }
}

async function* jsonEvents(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly EventText[]> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const bytes = Buffer.concat(parts);
  const depth = isArray(bytes, afterBlanks(bytes, 0)) ? PUSH_DEPTH_MAX + 1 : PUSH_DEPTH_MAX;
  const listed = checked(bytes, 'The body', depth);
  for (let from = 0; from < listed.length; from += PUSH_EVENTS_PER_TURN) {
    yield listed.slice(from, from + PUSH_EVENTS_PER_TURN).map((value) => ({ bytes, ...value }));
  }
}

async function* ndjsonEvents(
  chunks: AsyncIterable<Buffer>,
  memory: MemoryShare,
): AsyncGenerator<readonly EventText[]> {
  let number = 1;
  let begun: Buffer[] = [];
  let waiting = 0;
  const event = (bytes: Buffer): EventText[] => {
    if (bytes.length > PUSH_EVENT_BYTES_MAX) throw lineTooLarge(number);
    const place = `Line ${number}`;
    number++;
    if (afterBlanks(bytes, 0) === bytes.length) return [];
    const listed = checked(bytes, place, PUSH_DEPTH_MAX);
    if (isArray(bytes, afterBlanks(bytes, 0))) {
      throw new PushRefusal('BODY_INVALID', `${place} is an array; NDJSON has one object a line.`);
    }
    return listed.map((value) => ({ bytes, ...value }));
  };
  for await (const chunk of chunks) {
    let start = 0;
    let read = 0;
    let events: EventText[] = [];
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const rest = chunk.subarray(start, end);
      events.push(...event(begun.length === 0 ? rest : Buffer.concat([...begun, rest])));
      begun = [];
      read += waiting + end + 1 - start;
      waiting = 0;
      start = end + 1;
      if (events.length < PUSH_EVENTS_PER_TURN) continue;
      yield events;
      events = [];
    }
    begun.push(chunk.subarray(start));
    waiting += chunk.length - start;
    if (waiting > PUSH_EVENT_BYTES_MAX) throw lineTooLarge(number);
    yield events;
    // Its lines have become documents, which are counted by themselves.
    memory.give(read);
  }
  yield event(Buffer.concat(begun));
}

function lineTooLarge(line: number): PushRefusal {
  return new PushRefusal(
    'BODY_TOO_LARGE',
    `Line ${line} has more than ${PUSH_EVENT_BYTES_MAX} bytes, which is the most that one event may have.`,
    { hint: 'NDJSON has one JSON object a line. Is it one large JSON array? Then it is application/json.' },
  );
}

/** @param what the beginning of a sentence that goes on with what is wrong */
function checked(bytes: Buffer, what: string, depthMax: number): ListedValue[] {
  if (!isUtf8(bytes)) throw new PushRefusal('BODY_INVALID', `${what} is not UTF-8.`);
  try {
    return checkListed(bytes, { depthMax });
  } catch (thrown) {
    if (!(thrown instanceof JsonTextError)) throw thrown;
    throw new PushRefusal('BODY_INVALID', `${what} ${faultOf(thrown)}.`);
  }
}

function faultOf({ fault, message, at }: JsonTextError): string {
  switch (fault) {
    case 'depth':
      return `has an event that nests deeper than ${PUSH_DEPTH_MAX} levels, at byte ${at + 1}`;
    case 'key':
      return `is refused, because ${message}, at byte ${at + 1}`;
    case 'cut':
    case 'syntax':
      return `is no JSON: ${message}`;
  }
}

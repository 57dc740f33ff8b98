import type { Hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  PUSH_BYTES_PER_TURN,
  PUSH_DEPTH_MAX,
  PUSH_EVENT_BYTES_MAX,
  PUSH_EVENTS_PER_TURN,
  PUSH_MS_PER_TURN,
  PUSH_JSON_BODY_BYTES_MAX,
  PUSH_KEYS_MAX,
  PUSH_LINES_MAX,
  PUSH_NDJSON_BODY_BYTES_MAX,
} from './limits.ts';
import type { ByteWriter } from '../pipeline/bytes/byte-writer.ts';
import { isUtf8ButForHalves } from '../pipeline/bytes/lone-surrogates.ts';
import { ItemReader } from '../json/item-reader.ts';
import { afterBlanks, isArray } from '../json/scan.ts';
import { JsonTextError } from '../json/tokens.ts';
import type { MemoryShare } from './memory.ts';
import { PushRefusal } from './refusal.ts';

/** `json`: an object or an array of objects. `ndjson`: one object per line. */
export type BodyFormat = 'json' | 'ndjson';

/** Receives each event while the reader is positioned on it. */
type TakeEvent = (event: ItemReader) => void;

interface BodySurroundings {
  /** The buffer is empty at first; a JSON body is collected in it. */
  readonly buffer: ByteWriter;
  /** The hash is updated with all bytes of the body. */
  readonly hash: Hash;
  readonly memory: MemoryShare;
}

const LINE_FEED = 0x0a;
const BODY_BYTES_MAX: Readonly<Record<BodyFormat, number>> = {
  json: PUSH_JSON_BODY_BYTES_MAX,
  ndjson: PUSH_NDJSON_BODY_BYTES_MAX,
};

/**
 * Reads the events of a body in order. NDJSON is read line by line; JSON is collected first. The events are valid only when the
 * promise resolves, because later bytes may make the whole body invalid.
 * @throws PushRefusal for a body that is truncated, too large, or not unambiguous JSON; and what `take` throws
 */
export async function readEvents(
  format: BodyFormat,
  body: AsyncIterable<Uint8Array>,
  surroundings: BodySurroundings,
  take: TakeEvent,
): Promise<void> {
  const chunks = counted(body, BODY_BYTES_MAX[format], surroundings);
  const events = new EventReader(take);
  await (format === 'json'
    ? readJson(chunks, events, surroundings.buffer)
    : readLines(chunks, events, surroundings.memory));
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

/** Reports a body that ends early as a connection error, whatever error the connection raises. */
async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch {
    throw new PushRefusal('BODY_INVALID', 'The body was cut off.');
  }
}

async function readJson(
  chunks: AsyncIterable<Buffer>,
  events: EventReader,
  buffer: ByteWriter,
): Promise<void> {
  for await (const chunk of chunks) buffer.raw(chunk);
  const bytes = buffer.bytes.subarray(0, buffer.length);
  if (afterBlanks(bytes, 0) === bytes.length) throw new PushRefusal('BODY_INVALID', 'The body is empty.');
  events.open(bytes, 'The body');
  while (events.take()) {
    if (events.isTurnOver) await events.nextTurn();
  }
}

async function readLines(
  chunks: AsyncIterable<Buffer>,
  events: EventReader,
  memory: MemoryShare,
): Promise<void> {
  let number = 1;
  let begun: Buffer[] = [];
  let waiting = 0;
  const readLine = (bytes: Buffer): void => {
    if (bytes.length > PUSH_EVENT_BYTES_MAX) throw lineTooLarge(number);
    if (number > PUSH_LINES_MAX) {
      throw new PushRefusal(
        'BODY_TOO_LARGE',
        `A push may have ${PUSH_LINES_MAX} lines, and this one has more.`,
      );
    }
    if (afterBlanks(bytes, 0) < bytes.length) events.takeLine(bytes, `Line ${number}`);
    number++;
  };
  for await (const chunk of chunks) {
    let start = 0;
    let read = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const rest = chunk.subarray(start, end);
      readLine(begun.length === 0 ? rest : Buffer.concat([...begun, rest]));
      begun = [];
      read += waiting + end + 1 - start;
      waiting = 0;
      start = end + 1;
      if (events.isTurnOver) await events.nextTurn();
    }
    begun.push(chunk.subarray(start));
    waiting += chunk.length - start;
    if (waiting > PUSH_EVENT_BYTES_MAX) throw lineTooLarge(number);
    // The lines have become documents, whose memory is counted separately.
    memory.give(read);
  }
  readLine(Buffer.concat(begun));
}

/**
 * Reads events one after the other. A large body must not block other requests, so the reader reports when it should yield to
 * them.
 */
class EventReader {
  readonly #items = new ItemReader({ depthMax: PUSH_DEPTH_MAX, keysMax: PUSH_KEYS_MAX });
  readonly #take: TakeEvent;
  /** Names the part that is being read. It is the subject of an error sentence. */
  #what = '';
  #events = 0;
  #bytes = 0;
  /**
   * Waiting for more of the body counts towards the time limit of a turn. The turn then ends at the next event, which costs
   * nothing.
   */
  #endMs = performance.now() + PUSH_MS_PER_TURN;

  constructor(take: TakeEvent) {
    this.#take = take;
  }

  get isTurnOver(): boolean {
    return (
      this.#events >= PUSH_EVENTS_PER_TURN ||
      this.#bytes >= PUSH_BYTES_PER_TURN ||
      performance.now() >= this.#endMs
    );
  }

  async nextTurn(): Promise<void> {
    this.#events = 0;
    this.#bytes = 0;
    await nextTurn();
    this.#endMs = performance.now() + PUSH_MS_PER_TURN;
  }

  open(bytes: Buffer, what: string, rules = { whole: false }): void {
    this.#what = what;
    if (!isUtf8ButForHalves(bytes)) throw new PushRefusal('BODY_INVALID', `${what} is not UTF-8.`);
    this.#items.open(bytes, rules);
  }

  /** Takes the next event. @returns false after the last one */
  take(): boolean {
    const found = this.#next();
    if (found) this.#takeItem();
    return found;
  }

  takeLine(bytes: Buffer, place: string): void {
    this.open(bytes, place, { whole: true });
    // The line has one value, and nothing follows it.
    while (this.#next());
    if (isArray(bytes, this.#items.start)) {
      throw new PushRefusal('BODY_INVALID', `${place} is an array; NDJSON has one object a line.`);
    }
    this.#takeItem();
  }

  #next(): boolean {
    try {
      return this.#items.next();
    } catch (thrown) {
      if (!(thrown instanceof JsonTextError)) throw thrown;
      throw new PushRefusal('BODY_INVALID', `${this.#what} ${faultOf(thrown)}.`);
    }
  }

  #takeItem(): void {
    this.#take(this.#items);
    this.#events += 1;
    this.#bytes += this.#items.end - this.#items.start;
  }
}

function lineTooLarge(line: number): PushRefusal {
  return new PushRefusal(
    'BODY_TOO_LARGE',
    `Line ${line} has more than ${PUSH_EVENT_BYTES_MAX} bytes, which is the most that one event may have.`,
    { hint: 'NDJSON has one JSON object a line. Is it one large JSON array? Then it is application/json.' },
  );
}

function faultOf({ fault, message, at }: JsonTextError): string {
  switch (fault) {
    case 'depth':
      return `has an event that nests deeper than ${PUSH_DEPTH_MAX} levels, at byte ${at + 1}`;
    case 'key':
    case 'keys':
      return `is refused, because ${message}, at byte ${at + 1}`;
    case 'cut':
    case 'syntax':
      return `is not valid JSON: ${message}`;
  }
}

import { createHash } from 'node:crypto';
import { PUSH_ERRORS_NAMED_MAX, PUSH_EVENTS_MAX } from '../core/limits.ts';
import { PUSH_BATCH_BYTES_MAX } from './limits.ts';
import type { ItemReader } from '../json/item-reader.ts';
import type { PackedEvents } from './events/packed-events.ts';
import { readEvents, type BodyFormat } from './body.ts';
import type { EventValidator } from './event-validator.ts';
import type { MemoryShare } from './memory.ts';
import type { ReceivingBuffers } from './receiving-buffers.ts';
import { PushRefusal } from './refusal.ts';
import type { RejectedEvent } from './event-rejection.ts';

/** A rejected event, in the form of the response. */
interface NamedError {
  /** The position of the event in the body, from 0. */
  readonly index: number;
  readonly doc_id: string | null;
  readonly code: string;
  readonly reason: string;
}

/** A body that was read to its end, with each of its events validated. */
export interface ReceivedBatch {
  /** The hexadecimal SHA-256 of the format and the bytes. */
  readonly bodyChecksum: string;
  readonly events: PackedEvents;
  readonly rejected: number;
  /** The first rejected events. */
  readonly errors: readonly NamedError[];
}

/**
 * Reads one pushed body and validates each of its events, without a server and without a database: the bytes become documents,
 * deletes and named rejections in the caller's buffers, in the order of the body. Every limit of a push is checked here or in the
 * functions called here, and a refused push has no effect. Other modules decide whether a key may push, and where the events are
 * stored.
 * @param buffers hold the batch until they are used for the next one
 * @throws PushRefusal when the whole push is refused; then none of its events count
 */
export async function receiveBatch(
  format: BodyFormat,
  body: AsyncIterable<Uint8Array>,
  judge: EventValidator,
  memory: MemoryShare,
  buffers: ReceivingBuffers,
): Promise<ReceivedBatch> {
  const hash = createHash('sha256').update(`${format}\n`);
  judge.beginPush();
  const gathered = new Gathered(judge, memory, buffers.events);
  await readEvents(format, body, { hash, memory, buffer: buffers.body }, (event) => {
    gathered.take(event);
  });
  if (gathered.count === 0) throw new PushRefusal('BODY_INVALID', 'The body has no event.');
  const { events, rejected, errors } = gathered;
  return { bodyChecksum: hash.digest('hex'), events, rejected, errors };
}

class Gathered {
  readonly events: PackedEvents;
  readonly errors: NamedError[] = [];
  rejected = 0;
  readonly #judge: EventValidator;
  readonly #memory: MemoryShare;
  #bytes = 0;

  constructor(judge: EventValidator, memory: MemoryShare, events: PackedEvents) {
    this.events = events;
    this.#judge = judge;
    this.#memory = memory;
  }

  get count(): number {
    return this.events.count + this.rejected;
  }

  take(event: ItemReader): void {
    if (this.count === PUSH_EVENTS_MAX) throw tooLarge(`${PUSH_EVENTS_MAX} events`);
    const rejected = this.#judge.validate(event, this.count, this.events);
    if (rejected === undefined) this.#accept();
    else this.#reject(rejected);
  }

  #accept(): void {
    const bytes = this.events.end();
    this.#bytes += bytes;
    if (this.#bytes > PUSH_BATCH_BYTES_MAX) throw tooLarge(`${PUSH_BATCH_BYTES_MAX} bytes of documents`);
    this.#memory.take(bytes);
  }

  #reject({ docId, rejection: { code, reason } }: RejectedEvent): void {
    if (this.errors.length < PUSH_ERRORS_NAMED_MAX) {
      this.errors.push({ index: this.count, doc_id: docId ?? null, code, reason });
    }
    this.rejected += 1;
  }
}

function tooLarge(what: string): PushRefusal {
  return new PushRefusal('BODY_TOO_LARGE', `A push may have ${what}, and this one has more.`, {
    hint: 'Send the events in several pushes, each with an Idempotency-Key of its own.',
  });
}

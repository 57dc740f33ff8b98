import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PUSH_BATCH_BYTES_MAX, PUSH_ERRORS_NAMED_MAX, PUSH_EVENTS_MAX } from '../../core/limits.ts';
import { eventsOf, type BodyFormat } from './body.ts';
import type { EventJudge } from './event-judge.ts';
import type { MemoryShare } from './memory.ts';
import { PushRefusal } from './refusal.ts';
import type { AcceptedEvent, Verdict } from './verdict.ts';

/** A rejected event as the answer names it. */
interface NamedError {
  /** Of the event in the body, from 0. */
  readonly index: number;
  readonly doc_id: string | null;
  readonly code: string;
  readonly reason: string;
}

/** A body that was read to its end, each of its events judged. */
export interface ReceivedBatch {
  /** SHA-256 of the format and the bytes, hexadecimal. */
  readonly bodyChecksum: string;
  /** In the order of the body. */
  readonly events: readonly AcceptedEvent[];
  readonly rejected: number;
  /** The first of them. */
  readonly errors: readonly NamedError[];
}

/** @throws PushRefusal; then nothing of it counts */
export async function receiveBatch(
  format: BodyFormat,
  body: AsyncIterable<Uint8Array>,
  judge: EventJudge,
  memory: MemoryShare,
): Promise<ReceivedBatch> {
  const hash = createHash('sha256').update(`${format}\n`);
  const gathered = new Gathered(memory);
  for await (const events of eventsOf(format, body, { hash, memory })) {
    for (const event of events) gathered.add(judge.judge(event, gathered.count));
    // A large body must not keep the others waiting.
    if (events.length > 1) await nextTurn();
  }
  if (gathered.count === 0) throw new PushRefusal('BODY_INVALID', 'The body has no event.');
  const { events, rejected, errors } = gathered;
  return { bodyChecksum: hash.digest('hex'), events, rejected, errors };
}

class Gathered {
  readonly events: AcceptedEvent[] = [];
  readonly errors: NamedError[] = [];
  rejected = 0;
  readonly #memory: MemoryShare;
  #bytes = 0;

  constructor(memory: MemoryShare) {
    this.#memory = memory;
  }

  get count(): number {
    return this.events.length + this.rejected;
  }

  add(verdict: Verdict): void {
    if (this.count === PUSH_EVENTS_MAX) throw tooLarge(`${PUSH_EVENTS_MAX} events`);
    if ('event' in verdict) this.#accept(verdict.event);
    else this.#reject(verdict);
  }

  #accept(event: AcceptedEvent): void {
    const bytes = event.document === null ? 0 : Buffer.byteLength(event.document);
    this.#bytes += bytes;
    if (this.#bytes > PUSH_BATCH_BYTES_MAX) throw tooLarge(`${PUSH_BATCH_BYTES_MAX} bytes of documents`);
    this.#memory.take(bytes);
    this.events.push(event);
  }

  #reject({ docId, rejection }: Exclude<Verdict, { event: unknown }>): void {
    if (this.errors.length < PUSH_ERRORS_NAMED_MAX) {
      this.errors.push({ index: this.count, doc_id: docId ?? null, ...rejection });
    }
    this.rejected += 1;
  }
}

function tooLarge(what: string): PushRefusal {
  return new PushRefusal('BODY_TOO_LARGE', `A push may have ${what}, and this one has more.`, {
    hint: 'Send the events in several pushes, each with an Idempotency-Key of its own.',
  });
}

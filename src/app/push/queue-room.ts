import type { Clock } from '../../core/clock.ts';
import { PUSH_DEPTH_LOOK_MS, PUSH_FULL_RETRY_AFTER_SECONDS } from '../limits.ts';
import type { PushQueue } from '../../state/push/queue.ts';
import { PushRefusal } from '../../push/refusal.ts';

/** What is known of one connector's queue. */
interface Known {
  lookedMs: number;
  looking: Promise<void> | undefined;
  /** Events that the database had when it was asked last. */
  waiting: number;
  /** Stored by this server since it began to ask. */
  stored: number;
  /** About to be stored. */
  reserved: number;
}

/**
 * Keeps the queue of a connector at a number of events at most, without asking the database each time. What this server adds
 * between two questions is counted, so that only other servers can exceed the limit, by what they take within one interval.
 */
export class QueueRoom {
  readonly #queue: Pick<PushQueue, 'depth'>;
  readonly #clock: Clock;
  readonly #eventsMax: number;
  readonly #known = new Map<string, Known>();

  constructor(queue: Pick<PushQueue, 'depth'>, clock: Clock, eventsMax: number) {
    this.#queue = queue;
    this.#clock = clock;
    this.#eventsMax = eventsMax;
  }

  /** Before a body is read. @returns why nothing more is taken, or undefined. @throws BridgeError STATE_* */
  async ask(connector: string): Promise<PushRefusal | undefined> {
    await this.#look(connector, this.#of(connector));
    return this.refusal(connector, 1);
  }

  /** @returns why there is no room for so many events, by what is known now, or undefined */
  refusal(connector: string, events: number): PushRefusal | undefined {
    return sum(this.#of(connector)) + events > this.#eventsMax ? full(connector, this.#eventsMax) : undefined;
  }

  /** Stores events, for which there is room, and counts them. @throws what `store` throws */
  async use<Answer>(connector: string, events: number, store: () => Promise<Answer>): Promise<Answer> {
    const known = this.#of(connector);
    known.reserved += events;
    try {
      return await store();
    } finally {
      known.reserved -= events;
      // Also after a failure: it may have been stored all the same. The next look corrects it.
      known.stored += events;
    }
  }

  async #look(connector: string, known: Known): Promise<void> {
    if (this.#clock.elapsedMs() - known.lookedMs >= PUSH_DEPTH_LOOK_MS) {
      known.looking ??= this.#read(connector, known).finally(() => {
        known.looking = undefined;
      });
    }
    await known.looking;
  }

  async #read(connector: string, known: Known): Promise<void> {
    // What is stored while the database answers may be counted twice, which is the safe side.
    const before = known.stored;
    const { events } = await this.#queue.depth(connector);
    known.waiting = events;
    known.stored -= before;
    known.lookedMs = this.#clock.elapsedMs();
  }

  #of(connector: string): Known {
    const known = this.#known.get(connector) ?? {
      lookedMs: Number.NEGATIVE_INFINITY,
      looking: undefined,
      waiting: 0,
      stored: 0,
      reserved: 0,
    };
    this.#known.set(connector, known);
    return known;
  }
}

function sum({ waiting, stored, reserved }: Known): number {
  return waiting + stored + reserved;
}

function full(connector: string, eventsMax: number): PushRefusal {
  return new PushRefusal(
    'QUEUE_FULL',
    `The queue of ${connector} is full: a connector may have ${eventsMax} events that wait for a run.`,
    {
      hint: 'Send this push again, with the same Idempotency-Key, when a run has drained the queue.',
      retryAfterSeconds: PUSH_FULL_RETRY_AFTER_SECONDS,
    },
  );
}

import type { Clock } from '../../core/time/clock.ts';
import { PUSH_DEPTH_REFRESH_MS, PUSH_FULL_RETRY_AFTER_SECONDS } from '../limits.ts';
import type { PushQueue } from '../../state/push/queue.ts';
import { PushRefusal } from '../../push/refusal.ts';

/** The known state of one connector's queue. */
interface Known {
  lookedMs: number;
  looking: Promise<void> | undefined;
  /** The number of events in the database at the last query. */
  waiting: number;
  /** The number of events that this server has stored since that query began. */
  stored: number;
  /** The number of events that are about to be stored. */
  reserved: number;
}

/**
 * Limits the number of events in a connector's queue, without a database query for each push. Events that this server adds
 * between two queries are counted, so only other servers can exceed the limit, by what they accept within one interval.
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

  /**
   * Called before a body is read.
   * @returns the reason why nothing more is accepted, or undefined
   * @throws BridgeError STATE_*
   */
  async ask(connector: string): Promise<PushRefusal | undefined> {
    await this.#look(connector, this.#of(connector));
    return this.refusal(connector, 1);
  }

  /** @returns the reason why this number of events does not fit, according to the last query, or undefined */
  refusal(connector: string, events: number): PushRefusal | undefined {
    return sum(this.#of(connector)) + events > this.#eventsMax ? full(connector, this.#eventsMax) : undefined;
  }

  /** Stores events that fit, and counts them. @throws what `store` throws */
  async use<Answer>(connector: string, events: number, store: () => Promise<Answer>): Promise<Answer> {
    const known = this.#of(connector);
    known.reserved += events;
    try {
      return await store();
    } finally {
      known.reserved -= events;
      // The events are counted even after a failure, because they may have been stored. The next query corrects the number.
      known.stored += events;
    }
  }

  async #look(connector: string, known: Known): Promise<void> {
    if (this.#clock.elapsedMs() - known.lookedMs >= PUSH_DEPTH_REFRESH_MS) {
      known.looking ??= this.#read(connector, known).finally(() => {
        known.looking = undefined;
      });
    }
    await known.looking;
  }

  async #read(connector: string, known: Known): Promise<void> {
    // Events stored while the database answers may be counted twice, which is the safe direction.
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

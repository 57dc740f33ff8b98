import { PushRefusal } from './refusal.ts';

const RETRY_AFTER_SECONDS = 1;

/** The share of the common memory that one push holds. */
export interface MemoryShare {
  /** @throws PushRefusal BUSY if all pushes together, or those to this connector, would hold too much */
  take(bytes: number): void;
  give(bytes: number): void;
  /** Returns all memory that is still held. */
  end(): void;
}

/** The limits in bytes. */
export interface MemoryBounds {
  /** The limit for all pushes together. */
  readonly memoryBytes: number;
  /** The limit for the pushes to one connector. */
  readonly connectorMemoryBytes: number;
}

/** Limits the memory that concurrent pushes hold together. */
export class PushMemory {
  readonly #bounds: MemoryBounds;
  #held = 0;
  /** The held bytes by connector, for connectors that hold any. */
  readonly #heldBy = new Map<string, number>();

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
  }

  share(connectorId: string): MemoryShare {
    let own = 0;
    const change = (bytes: number): void => {
      own += bytes;
      this.#held += bytes;
      const held = this.#heldFor(connectorId) + bytes;
      if (held === 0) this.#heldBy.delete(connectorId);
      else this.#heldBy.set(connectorId, held);
    };
    return {
      take: (bytes) => {
        const { memoryBytes, connectorMemoryBytes } = this.#bounds;
        if (this.#held + bytes > memoryBytes) throw busy('too many large pushes');
        if (this.#heldFor(connectorId) + bytes > connectorMemoryBytes) {
          throw busy(`too many large pushes to ${connectorId}`);
        }
        change(bytes);
      },
      give: (bytes) => {
        change(-bytes);
      },
      end: () => {
        change(-own);
      },
    };
  }

  #heldFor(connectorId: string): number {
    return this.#heldBy.get(connectorId) ?? 0;
  }
}

function busy(what: string): PushRefusal {
  return new PushRefusal('BUSY', `The server is receiving ${what} at once.`, {
    hint: 'Send this one again, with the same Idempotency-Key.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

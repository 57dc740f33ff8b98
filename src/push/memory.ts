import { PushRefusal } from './refusal.ts';

const RETRY_AFTER_SECONDS = 1;

/** What one push holds of the memory that all of them share. */
export interface MemoryShare {
  /** @throws PushRefusal BUSY if all pushes together, or those to its connector, would hold too much */
  take(bytes: number): void;
  give(bytes: number): void;
  /** Gives back all that is still held. */
  end(): void;
}

/** In bytes. */
export interface MemoryBounds {
  /** Of all pushes. */
  readonly memoryBytes: number;
  /** Of the pushes to one connector. */
  readonly connectorMemoryBytes: number;
}

/** Keeps the pushes that are received at the same time from holding more than some bytes together. */
export class PushMemory {
  readonly #bounds: MemoryBounds;
  #held = 0;
  /** By connector, of those that hold something. */
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

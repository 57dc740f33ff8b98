import { PushRefusal } from './refusal.ts';

const RETRY_AFTER_SECONDS = 1;

/** What one push holds of the memory that all of them share. */
export interface MemoryShare {
  /** @throws PushRefusal BUSY if all pushes together would hold too much */
  take(bytes: number): void;
  give(bytes: number): void;
  /** Gives back all that is still held. */
  end(): void;
}

/** Keeps the pushes that are received at the same time from holding more than some bytes together. */
export class PushMemory {
  readonly #bytesMax: number;
  #held = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  share(): MemoryShare {
    let own = 0;
    const change = (bytes: number): void => {
      own += bytes;
      this.#held += bytes;
    };
    return {
      take: (bytes) => {
        if (this.#held + bytes > this.#bytesMax) {
          throw new PushRefusal('BUSY', 'The server is receiving too many large pushes at once.', {
            hint: 'Send this one again, with the same Idempotency-Key.',
            retryAfterSeconds: RETRY_AFTER_SECONDS,
          });
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
}

import { normalizeIP } from '@fastify/rate-limit';
import type { Clock } from '../../../core/time/clock.ts';
import {
  FAILED_ATTEMPTS_PER_MINUTE,
  WRONG_KEY_ADDRESSES_MAX,
  WRONG_KEY_ADDRESS_CHARACTERS_MAX,
  WRONG_KEY_DELAY_MS_MAX,
  WRONG_KEY_DELAY_STEP_MS,
} from '../../limits.ts';

/** Only tests set these bounds. */
export interface WrongKeyBounds {
  readonly addresses: number;
  readonly delayStepMs: number;
  readonly delayMsMax: number;
}

/** The wrong keys that one address sent within a minute. */
export interface WrongKeys {
  /** How long the comparison of the next key is delayed; 0 within the limit. */
  readonly delayMs: number;
  /** Counts a request as delayed until the returned function is called. */
  delay(): () => void;
  /** Counts a key that was compared and is wrong. */
  count(): WrongKeyCount;
}

interface WrongKeyCount {
  /** True for the last key within the limit, which happens once in a minute. */
  readonly isLast: boolean;
  readonly isOver: boolean;
  /** Seconds until the minute ends. */
  readonly secondsLeft: number;
  /** True if the address has no count of its own, because too many addresses sent wrong keys. */
  readonly isShared: boolean;
}

const MINUTE_MS = 60_000;
const BOUNDS: WrongKeyBounds = {
  addresses: WRONG_KEY_ADDRESSES_MAX,
  delayStepMs: WRONG_KEY_DELAY_STEP_MS,
  delayMsMax: WRONG_KEY_DELAY_MS_MAX,
};

/**
 * Counts wrong keys by address. An address keeps its count for its minute, however many other addresses there are: when the
 * table is full, further addresses share one count, so filling the table does not reset a count.
 */
export class WrongKeyCounts {
  readonly #clock: Clock;
  readonly #bounds: WrongKeyBounds;
  /** Holds only addresses with a wrong or a delayed key, oldest first. */
  readonly #minutes = new Map<string, Minute>();
  #shared: Minute;

  constructor(clock: Clock, bounds: WrongKeyBounds = BOUNDS) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#shared = new Minute(clock, true);
  }

  /** The count of an address. An IPv6 /64, which one subscriber usually has, counts as one address. */
  of(ip: string): WrongKeys {
    const address = normalizeIP(ip).slice(0, WRONG_KEY_ADDRESS_CHARACTERS_MAX);
    const { delayStepMs, delayMsMax } = this.#bounds;
    const current = () => this.#current(address);
    return {
      get delayMs() {
        const excess = (current()?.attempts ?? 0) - FAILED_ATTEMPTS_PER_MINUTE + 1;
        return excess <= 0 ? 0 : Math.min(delayMsMax, delayStepMs * excess);
      },
      delay: () => {
        const minute = this.#begun(address);
        minute.delayed += 1;
        return () => {
          minute.delayed -= 1;
        };
      },
      count: () => this.#begun(address).count(),
    };
  }

  #current(address: string): Minute | undefined {
    const own = this.#minutes.get(address);
    if (own?.isOver === false) return own;
    this.#minutes.delete(address);
    this.#dropOver();
    if (this.#minutes.size < this.#bounds.addresses) return undefined;
    if (this.#shared.isOver) this.#shared = new Minute(this.#clock, true);
    return this.#shared;
  }

  #begun(address: string): Minute {
    const known = this.#current(address);
    if (known !== undefined) return known;
    const minute = new Minute(this.#clock, false);
    this.#minutes.set(address, minute);
    return minute;
  }

  #dropOver(): void {
    for (const [address, minute] of this.#minutes) {
      if (!minute.isOver) break;
      this.#minutes.delete(address);
    }
  }
}

/** A window of one minute that begins with the first wrong key. */
class Minute {
  readonly #clock: Clock;
  readonly #isShared: boolean;
  readonly #startedMs: number;
  #wrong = 0;
  delayed = 0;

  constructor(clock: Clock, isShared: boolean) {
    this.#clock = clock;
    this.#isShared = isShared;
    this.#startedMs = clock.elapsedMs();
  }

  get isOver(): boolean {
    return this.#leftMs <= 0;
  }

  /** The number of wrong keys plus the keys about to be compared, each of which may be wrong. */
  get attempts(): number {
    return this.#wrong + this.delayed;
  }

  count(): WrongKeyCount {
    this.#wrong += 1;
    return {
      isLast: this.#wrong === FAILED_ATTEMPTS_PER_MINUTE,
      isOver: this.#wrong > FAILED_ATTEMPTS_PER_MINUTE,
      secondsLeft: Math.max(1, Math.ceil(this.#leftMs / 1_000)),
      isShared: this.#isShared,
    };
  }

  get #leftMs(): number {
    return this.#startedMs + MINUTE_MS - this.#clock.elapsedMs();
  }
}

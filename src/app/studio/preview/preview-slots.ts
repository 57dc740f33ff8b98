import type { Clock } from '../../../core/time/clock.ts';
import { BridgeError } from '../../../core/errors.ts';
import { PREVIEW_PEOPLE_REMEMBERED, PREVIEWS_AT_ONCE, PREVIEWS_PER_MINUTE } from '../../limits.ts';

const MINUTE_MS = 60_000;

/** Limits the previews of one server: how many at once, how many of one person, and how often. */
export class PreviewSlots {
  readonly #clock: Clock;
  /** The people whose previews are in progress. */
  readonly #busy = new Set<string>();
  /** The start of each preview of the last minute, by person. */
  readonly #started = new Map<string, readonly number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns a function that ends the preview. @throws BridgeError PREVIEW_BUSY */
  take(person: string): () => void {
    if (this.#busy.has(person))
      throw busy('Your last preview is still in progress.', 'Wait until it ends, or cancel it.');
    if (this.#busy.size >= PREVIEWS_AT_ONCE) {
      throw busy(
        `The server does ${PREVIEWS_AT_ONCE} previews at once, and they are in progress.`,
        'Try again in some seconds.',
      );
    }
    const now = this.#clock.elapsedMs();
    const recent = (this.#started.get(person) ?? []).filter((atMs) => now - atMs < MINUTE_MS);
    if (recent.length >= PREVIEWS_PER_MINUTE)
      throw busy(`You started ${PREVIEWS_PER_MINUTE} previews in the last minute.`, 'Try again in a minute.');
    this.#started.delete(person);
    this.#started.set(person, [...recent, now]);
    const [oldest] = this.#started.keys();
    if (this.#started.size > PREVIEW_PEOPLE_REMEMBERED && oldest !== undefined) this.#started.delete(oldest);
    this.#busy.add(person);
    return () => {
      this.#busy.delete(person);
    };
  }
}

function busy(message: string, hint: string): BridgeError {
  return new BridgeError('PREVIEW_BUSY', message, { hint });
}

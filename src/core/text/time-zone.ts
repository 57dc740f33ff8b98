/** The most by which clocks are set back at once, in seconds; most zones set them back by one hour. */
const FOLD_SECONDS_MAX = 2 * 3_600;
const SECONDS_PER_DAY = 86_400;

/** An IANA time zone. Times are seconds since 1970. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat | undefined;

  /** @throws RangeError for an unknown name */
  constructor(name: string) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    this.#format = format.resolvedOptions().timeZone === 'UTC' ? undefined : format;
  }

  get isUtc(): boolean {
    return this.#format === undefined;
  }

  /** Returns what must be added to a time to get the local one, in seconds. */
  offset(time: number): number {
    if (this.#format === undefined) return 0;
    const parts = new Map(
      this.#format.formatToParts(new Date(time * 1_000)).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    const date = Date.UTC(part('year'), part('month') - 1, part('day'));
    return date / 1_000 + part('hour') * 3_600 + part('minute') * 60 + part('second') - time;
  }

  /**
   * Returns the time itself, or an earlier one if its local time occurs again later: a reader of the local time may mean the
   * later one.
   */
  notLater(time: number): number {
    const fold = this.#foldBetween(time, time + FOLD_SECONDS_MAX);
    return fold > 0 && this.offset(time + fold) === this.offset(time) - fold ? time - fold : time;
  }

  /** Returns the time itself, or a later one if its local time already occurred earlier. */
  notEarlier(time: number): number {
    const fold = this.#foldBetween(time - FOLD_SECONDS_MAX, time);
    return fold > 0 && this.offset(time - fold) === this.offset(time) + fold ? time + fold : time;
  }

  /** Returns the time of a local time. Of a local time that occurs twice, the earlier; of one that is skipped, one before it. */
  timeOf(local: number): number {
    const [before, after] = [this.offset(local - SECONDS_PER_DAY), this.offset(local + SECONDS_PER_DAY)];
    const earlier = local - Math.max(before, after);
    const later = local - Math.min(before, after);
    const isLater = this.offset(earlier) !== local - earlier && this.offset(later) === local - later;
    return isLater ? later : earlier;
  }

  /** Returns by how much clocks are set back between two times. */
  #foldBetween(from: number, to: number): number {
    return this.isUtc ? 0 : this.offset(from) - this.offset(to);
  }
}

export function isTimeZone(name: string): boolean {
  try {
    return new TimeZone(name) instanceof TimeZone;
  } catch {
    return false;
  }
}

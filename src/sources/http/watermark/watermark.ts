import type { HttpSourceSpec } from '../../../definitions/connector/types.ts';
import { watermarkLagIn, type WatermarkUnit } from '../../../definitions/connector/watermark.ts';
import { BridgeError } from '../../../core/errors.ts';
import { readTime } from '../../../core/text/time-text.ts';
import { TimeFormat } from '../../../core/text/time-format.ts';
import { TimeZone } from '../../../core/text/time-zone.ts';
import type { RowsAhead } from '../../../pipeline/ports/rows-ahead.ts';
import { isHigher, measure, type Kind, type Measured, type Reading } from './measured.ts';

/** How the ends of windows are sent. */
const WINDOW_FORMAT_DEFAULT = '%Y-%m-%dT%H:%M:%SZ';
const START_DEFAULT = '1970-01-01T00:00:00Z';
const SECONDS_PER_DAY = 86_400;
/** The length of `2024-01-02`. */
const DATE_LENGTH = 10;
const WORDS_LENGTH_MAX = 80;
/** Time zones reach from 12 hours before UTC to 14 hours after it. */
const LOCAL_TIME_AHEAD_SECONDS = 14 * 3_600;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

const UNITS: Readonly<Record<Kind, WatermarkUnit>> = { time: 'seconds', number: 'steps', text: 'none' };

/**
 * The watermark of a listing of changes. `watermarkStart` determines its kind: times and numbers are compared by value, in
 * every digit, and anything else is compared as text. With `watermarkFormat` or `window` it is a time, whatever its form.
 */
export class HttpWatermark {
  /** The value of `:watermark` in this listing. */
  readonly from: string;
  /** Where this listing starts; its numbers are 0 for text. */
  readonly start: Measured;
  /** How times are sent; undefined if they are sent as the records have them. */
  readonly format: TimeFormat | undefined;
  /** The records whose watermark is later than the API's current time; undefined if there are none. */
  ahead: RowsAhead | undefined;
  readonly #reading: Reading;
  readonly #field: string;
  readonly #lag: number;
  readonly #inWindows: boolean;
  /** The checkpoint of the earlier listing. */
  readonly #checkpoint: Measured | undefined;
  #highest: Measured | undefined;
  #highestAhead: Measured | undefined;

  /**
   * @param checkpoint the checkpoint of an earlier listing; one of another kind is ignored
   * @throws BridgeError CONNECTOR_INVALID for a watermarkLag in another unit, and for a watermarkStart that must be a time
   */
  constructor(source: HttpSourceSpec, checkpoint: string | undefined) {
    const { watermarkFormat, watermarkTimeZone, watermarkStart = START_DEFAULT, window } = source;
    const start = String(watermarkStart);
    const text = watermarkFormat ?? (window && WINDOW_FORMAT_DEFAULT);
    if (text === undefined) {
      const kind = readTime(start) !== undefined ? 'time' : NUMBER.test(start) ? 'number' : 'text';
      this.#reading = { kind };
    } else {
      const zone = new TimeZone(watermarkTimeZone ?? 'UTC');
      this.format = new TimeFormat(text, zone);
      this.#reading = {
        kind: 'time',
        epochs: true,
        zone: watermarkTimeZone === undefined ? undefined : zone,
      };
    }
    const { kind } = this.#reading;
    this.#field = source.watermarkField ?? '';
    this.#inWindows = window !== undefined;
    const reached = checkpoint === undefined ? undefined : measure(checkpoint, this.#reading);
    this.#checkpoint = reached;
    this.#highest = reached;
    this.#lag = watermarkLagIn(UNITS[kind], source.watermarkLag, this.#field);
    const measured = measure(start, this.#reading);
    if (measured === undefined && this.#reading.epochs === true) throw notTime(start);
    const lowest = measured ?? { text: start, whole: 0n, fraction: '', zoned: false };
    this.start = reached === undefined ? lowest : startBefore(reached, lowest, kind, Math.max(this.#lag, 1));
    this.from = this.format?.start(this.start) ?? this.start.text;
  }

  /** The highest watermark of this listing and the earlier ones; undefined if there is none. */
  get checkpoint(): string | undefined {
    return this.#highest?.text;
  }

  /** Whether this listing started from a checkpoint that is too far in the future to be valid. */
  startedAfter(present: Date): boolean {
    return this.#checkpoint !== undefined && this.#isAfter(this.#checkpoint, present);
  }

  /**
   * @param text the watermark field of one record
   * @param present the API's current time
   * @throws BridgeError SOURCE_WATERMARK_INVALID
   */
  see(text: string, present?: Date): void {
    const seen = measure(text, this.#reading);
    if (seen === undefined) throw this.#invalid(text);
    if (present !== undefined && this.#isAfter(seen, present)) this.#seeAhead(seen);
    // In windows, the end of the last window counts: it advances without records too.
    else if (!this.#inWindows) this.#raise(seen);
  }

  /** Everything before this time, in seconds since 1970, was read. */
  reach(time: number): void {
    const text = new Date(time * 1_000).toISOString().replace('.000Z', 'Z');
    this.#raise({ text, whole: BigInt(time), fraction: '', zoned: true });
  }

  /** Makes the next listing start no later than here, within the range that it may go back. */
  holdAt(text: string): void {
    const { kind } = this.#reading;
    const place = measure(text, this.#reading);
    const highest = this.#highest;
    if (place === undefined || highest === undefined || !isHigher(highest, place, kind)) return;
    this.#highest =
      this.#checkpoint !== undefined && isHigher(this.#checkpoint, place, kind) ? this.#checkpoint : place;
  }

  /** Whether the first of two watermarks is later than the second; false if either is not a watermark. */
  isLater(one: string | undefined, other: string | undefined): boolean {
    const [left, right] = [one, other].map((text) =>
      text === undefined ? undefined : measure(text, this.#reading),
    );
    return left !== undefined && right !== undefined && isHigher(left, right, this.#reading.kind);
  }

  #raise(seen: Measured): void {
    if (this.#highest === undefined || isHigher(seen, this.#highest, this.#reading.kind))
      this.#highest = seen;
  }

  /** The next listing starts one lag before its checkpoint, so a checkpoint up to one lag in the future skips nothing. */
  #isAfter({ whole, zoned }: Measured, present: Date): boolean {
    if (this.#reading.kind !== 'time') return false;
    const local = zoned ? 0 : LOCAL_TIME_AHEAD_SECONDS;
    return whole > BigInt(Math.floor(present.getTime() / 1_000) + this.#lag + local);
  }

  #seeAhead(seen: Measured): void {
    const later = this.#highestAhead === undefined || isHigher(seen, this.#highestAhead, this.#reading.kind);
    if (later) this.#highestAhead = seen;
    this.ahead = { rows: (this.ahead?.rows ?? 0) + 1, highest: this.#highestAhead?.text ?? seen.text };
  }

  #invalid(text: string): BridgeError {
    const kind = this.#reading.kind === 'time' ? 'a date or time such as 2024-01-02T03:04:05Z' : 'a number';
    const hint =
      this.#reading.epochs === true
        ? 'Correct source.watermarkField: with watermarkFormat or window, it must be a time, or a number of seconds or milliseconds since 1970.'
        : 'Correct source.watermarkField, or let source.watermarkStart be of the kind that the field has: 0 for numbers. If the field is a time in another form than the request, set source.watermarkFormat.';
    return new BridgeError(
      'SOURCE_WATERMARK_INVALID',
      `A record has ${quoted(text)} in its watermark field ${this.#field}, which is not ${kind}.`,
      { hint },
    );
  }
}

function notTime(start: string): BridgeError {
  return new BridgeError(
    'CONNECTOR_INVALID',
    `source.watermarkStart is ${quoted(start)}, which is not a time, and watermarkFormat and window need one.`,
    { hint: 'Write a date or time such as 2024-01-02, or a number of seconds or milliseconds since 1970.' },
  );
}

function quoted(text: string): string {
  return JSON.stringify(text.length > WORDS_LENGTH_MAX ? `${text.slice(0, WORDS_LENGTH_MAX)}…` : text);
}

/** Returns a start at least one step before the reached value, because later records may have the same watermark. */
function startBefore(reached: Measured, lowest: Measured, kind: Kind, steps: number): Measured {
  if (kind === 'text') return reached;
  const moved = kind === 'time' ? earlier(reached, steps) : less(reached, steps);
  return isHigher(lowest, moved, kind) ? lowest : moved;
}

function less(reached: Measured, steps: number): Measured {
  const whole = reached.whole - BigInt(steps);
  const fraction = whole < 0n ? '' : reached.fraction;
  return { ...reached, whole, fraction, text: `${whole}${fraction === '' ? '' : `.${fraction}`}` };
}

/** Subtracts seconds and keeps the API's own format. A date without a time goes back by whole days. */
function earlier(reached: Measured, seconds: number): Measured {
  const { time } = reached;
  const isDate = time?.rfc3339.length === DATE_LENGTH;
  const days = Math.ceil(seconds / SECONDS_PER_DAY);
  const back = BigInt(isDate ? days * SECONDS_PER_DAY : seconds);
  const text = time === undefined ? reached.text : time.write(time.seconds - back);
  return { ...reached, whole: reached.whole - back, text };
}

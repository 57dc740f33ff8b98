import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { watermarkLagIn, type WatermarkUnit } from '../../definitions/connector/watermark.ts';
import { BridgeError } from '../../core/errors.ts';
import { readTime, type TimeText } from '../../core/text/time-text.ts';
import type { RowsAhead } from '../../pipeline/ports/ports.ts';

const START_DEFAULT = '1970-01-01T00:00:00Z';
const SECONDS_PER_DAY = 86_400;
/** The length of `2024-01-02`. */
const DATE_LENGTH = 10;
const WORDS_LENGTH_MAX = 80;
/** Time zones reach from 12 hours before UTC to 14 hours after it. */
const LOCAL_TIME_AHEAD_SECONDS = 14 * 3_600;
const NUMBER = /^(?<whole>-?\d+)(?:\.(?<fraction>\d+))?$/;

type Kind = 'time' | 'number' | 'text';

const UNITS: Readonly<Record<Kind, WatermarkUnit>> = { time: 'seconds', number: 'steps', text: 'none' };

/** A watermark in comparable form: an integer part and any number of digits after it. */
interface Measured {
  readonly text: string;
  /** The seconds since 1970, or the number itself, rounded down; 0 for text. */
  readonly whole: bigint;
  readonly fraction: string;
  /** Set only for a time. */
  readonly time?: TimeText;
}

/**
 * The watermark of a listing of changes. `watermarkStart` determines its kind: times and numbers are compared by value, in
 * every digit, and anything else is compared as text.
 */
export class HttpWatermark {
  /** The value of `:watermark` in this listing. */
  readonly from: string;
  /** The records whose watermark is later than the API's current time; undefined if there are none. */
  ahead: RowsAhead | undefined;
  readonly #kind: Kind;
  readonly #field: string;
  readonly #lag: number;
  readonly #start: Measured | undefined;
  #highest: Measured | undefined;
  #highestAhead: Measured | undefined;

  /**
   * @param checkpoint the checkpoint of an earlier listing; one of another kind is ignored
   * @throws BridgeError CONNECTOR_INVALID for a watermarkLag in another unit
   */
  constructor(source: HttpSourceSpec, checkpoint: string | undefined) {
    const start = String(source.watermarkStart ?? START_DEFAULT);
    this.#kind = readTime(start) !== undefined ? 'time' : NUMBER.test(start) ? 'number' : 'text';
    this.#field = source.watermarkField ?? '';
    const reached = checkpoint === undefined ? undefined : measure(checkpoint, this.#kind);
    this.#start = reached;
    this.#highest = reached;
    this.#lag = watermarkLagIn(UNITS[this.#kind], source.watermarkLag, this.#field);
    this.from = reached === undefined ? start : startBefore(reached, start, this.#kind, this.#lag);
  }

  /** The highest watermark of this listing and the earlier ones; undefined if there is none. */
  get checkpoint(): string | undefined {
    return this.#highest?.text;
  }

  /** Whether this listing started from a checkpoint that is too far in the future to be valid. */
  startedAfter(present: Date): boolean {
    return this.#start !== undefined && this.#isAfter(this.#start, present);
  }

  /**
   * @param text the watermark field of one record
   * @param present the API's current time
   * @throws BridgeError SOURCE_WATERMARK_INVALID
   */
  see(text: string, present?: Date): void {
    const seen = measure(text, this.#kind);
    if (seen === undefined) throw this.#invalid(text);
    if (present !== undefined && this.#isAfter(seen, present)) this.#seeAhead(seen);
    else if (this.#highest === undefined || isHigher(seen, this.#highest, this.#kind)) this.#highest = seen;
  }

  /** Makes the next listing start no later than here, within the range that it may go back. */
  holdAt(text: string): void {
    const place = measure(text, this.#kind);
    const highest = this.#highest;
    if (place === undefined || highest === undefined || !isHigher(highest, place, this.#kind)) return;
    this.#highest =
      this.#start !== undefined && isHigher(this.#start, place, this.#kind) ? this.#start : place;
  }

  /** Whether the first of two watermarks is later than the second; false if either is not a watermark. */
  isLater(one: string | undefined, other: string | undefined): boolean {
    const [left, right] = [one, other].map((text) =>
      text === undefined ? undefined : measure(text, this.#kind),
    );
    return left !== undefined && right !== undefined && isHigher(left, right, this.#kind);
  }

  /** The next listing starts one lag before its checkpoint, so a checkpoint up to one lag in the future skips nothing. */
  #isAfter({ whole, time }: Measured, present: Date): boolean {
    if (time === undefined) return false;
    const local = time.zoned ? 0 : LOCAL_TIME_AHEAD_SECONDS;
    return whole > BigInt(Math.floor(present.getTime() / 1_000) + this.#lag + local);
  }

  #seeAhead(seen: Measured): void {
    const later = this.#highestAhead === undefined || isHigher(seen, this.#highestAhead, this.#kind);
    if (later) this.#highestAhead = seen;
    this.ahead = { rows: (this.ahead?.rows ?? 0) + 1, highest: this.#highestAhead?.text ?? seen.text };
  }

  #invalid(text: string): BridgeError {
    const shown = JSON.stringify(
      text.length > WORDS_LENGTH_MAX ? `${text.slice(0, WORDS_LENGTH_MAX)}…` : text,
    );
    const kind = this.#kind === 'time' ? 'a date or time such as 2024-01-02T03:04:05Z' : 'a number';
    return new BridgeError(
      'SOURCE_WATERMARK_INVALID',
      `A record has ${shown} in its watermark field ${this.#field}, which is not ${kind}.`,
      {
        hint: 'Correct source.watermarkField, or let source.watermarkStart be of the kind that the field has: 0 for numbers.',
      },
    );
  }
}

/** Compares watermarks where no `watermarkStart` determines their kind: as times, or else as numbers. */
export function isLaterText(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return (['time', 'number'] as const).some((kind) => {
    const [left, right] = [measure(one, kind), measure(other, kind)];
    return left !== undefined && right !== undefined && isHigher(left, right, kind);
  });
}

function measure(text: string, kind: Kind): Measured | undefined {
  if (kind === 'text') return { text, whole: 0n, fraction: '' };
  if (kind === 'time') return measureTime(text);
  const { whole, fraction = '' } = NUMBER.exec(text)?.groups ?? {};
  if (whole === undefined) return undefined;
  // For negative numbers the digits after the point count in the other direction, and watermarks are not negative.
  if (whole.startsWith('-') && fraction !== '') return undefined;
  return { text, whole: BigInt(whole), fraction };
}

function measureTime(text: string): Measured | undefined {
  const time = readTime(text);
  return time && { text, whole: time.seconds, fraction: time.fraction, time };
}

function isHigher(one: Measured, other: Measured, kind: Kind): boolean {
  if (kind === 'text') return one.text > other.text;
  if (one.whole !== other.whole) return one.whole > other.whole;
  const digits = Math.max(one.fraction.length, other.fraction.length);
  return one.fraction.padEnd(digits, '0') > other.fraction.padEnd(digits, '0');
}

/** Returns a start at least one step before the reached value, because later records may have the same watermark. */
function startBefore(reached: Measured, start: string, kind: Kind, lag: number): string {
  if (kind === 'text') return reached.text;
  const lowest = measure(start, kind);
  const text = kind === 'time' ? earlier(reached, Math.max(lag, 1)) : less(reached, Math.max(lag, 1));
  const moved = measure(text, kind);
  return lowest !== undefined && moved !== undefined && isHigher(lowest, moved, kind) ? start : text;
}

function less({ whole, fraction }: Measured, steps: number): string {
  const rest = fraction === '' ? '' : `.${fraction}`;
  return `${whole - BigInt(steps)}${whole - BigInt(steps) < 0n ? '' : rest}`;
}

/** Subtracts seconds and keeps the API's own format. A date without a time goes back by whole days. */
function earlier({ text, whole, time }: Measured, seconds: number): string {
  if (time === undefined) return text;
  const days = Math.ceil(seconds / SECONDS_PER_DAY);
  const isDate = time.rfc3339.length === DATE_LENGTH;
  return time.write(whole - BigInt(isDate ? days * SECONDS_PER_DAY : seconds));
}

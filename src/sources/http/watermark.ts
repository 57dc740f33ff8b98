import type { HttpSourceSpec } from '../../connector/types.ts';
import { watermarkLagIn, type WatermarkUnit } from '../../connector/watermark.ts';
import { BridgeError } from '../../core/errors.ts';

const START_DEFAULT = '1970-01-01T00:00:00Z';
const SECONDS_PER_DAY = 86_400;
const WORDS_LENGTH_MAX = 80;
const TIME =
  /^(?<date>\d{4}-\d\d-\d\d)(?:(?<separator>[Tt ])(?<time>\d\d:\d\d:\d\d)(?:\.(?<fraction>\d+))?(?<zone>[Zz]|[+-]\d\d:?\d\d)?)?$/;
const NUMBER = /^(?<whole>-?\d+)(?:\.(?<fraction>\d+))?$/;

type Kind = 'time' | 'number' | 'text';

const UNITS: Readonly<Record<Kind, WatermarkUnit>> = { time: 'seconds', number: 'steps', text: 'none' };

/** A watermark as what can be compared: a whole part, and the digits behind it, of which there may be any number. */
interface Measured {
  readonly text: string;
  /** Seconds since 1970, or the number itself, rounded down; 0 for text. */
  readonly whole: bigint;
  readonly fraction: string;
}

/**
 * The watermark of a listing of changes. `watermarkStart` says of what kind it is: times and numbers are compared as what they
 * are, in every digit, anything else as text.
 */
export class HttpWatermark {
  /** What `:watermark` is in this listing. */
  readonly from: string;
  readonly #kind: Kind;
  readonly #field: string;
  #highest: Measured | undefined;

  /**
   * @param checkpoint of an earlier listing; one of another kind counts as none
   * @throws BridgeError CONNECTOR_INVALID for a watermarkLag in another unit
   */
  constructor(source: HttpSourceSpec, checkpoint: string | undefined) {
    const start = String(source.watermarkStart ?? START_DEFAULT);
    this.#kind = TIME.test(start) ? 'time' : NUMBER.test(start) ? 'number' : 'text';
    this.#field = source.watermarkField ?? '';
    const reached = checkpoint === undefined ? undefined : measure(checkpoint, this.#kind);
    this.#highest = reached;
    const lag = watermarkLagIn(UNITS[this.#kind], source.watermarkLag, this.#field);
    this.from = reached === undefined ? start : startBefore(reached, start, this.#kind, lag);
  }

  /** The highest one of this listing and those before; undefined if there was none at all. */
  get checkpoint(): string | undefined {
    return this.#highest?.text;
  }

  /** @param text of the watermark field of one record. @throws BridgeError SOURCE_WATERMARK_INVALID */
  see(text: string): void {
    const seen = measure(text, this.#kind);
    if (seen === undefined) throw this.#invalid(text);
    if (this.#highest === undefined || isHigher(seen, this.#highest, this.#kind)) this.#highest = seen;
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

function measure(text: string, kind: Kind): Measured | undefined {
  if (kind === 'text') return { text, whole: 0n, fraction: '' };
  if (kind === 'time') return measureTime(text);
  const { whole, fraction = '' } = NUMBER.exec(text)?.groups ?? {};
  if (whole === undefined) return undefined;
  // Below zero the digits behind the point count the other way, and no watermark is there.
  if (whole.startsWith('-') && fraction !== '') return undefined;
  return { text, whole: BigInt(whole), fraction };
}

function measureTime(text: string): Measured | undefined {
  const { date, time = '00:00:00', fraction = '', zone = 'Z' } = TIME.exec(text)?.groups ?? {};
  if (date === undefined) return undefined;
  const offset = zone.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const ms = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(ms) ? undefined : { text, whole: BigInt(ms / 1_000), fraction };
}

function isHigher(one: Measured, other: Measured, kind: Kind): boolean {
  if (kind === 'text') return one.text > other.text;
  if (one.whole !== other.whole) return one.whole > other.whole;
  const digits = Math.max(one.fraction.length, other.fraction.length);
  return one.fraction.padEnd(digits, '0') > other.fraction.padEnd(digits, '0');
}

/** At least one step before what was reached, because others may have the same watermark and come later. */
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

/** In the form that the API itself writes: a date alone, with a blank or a `T`, with an offset (then UTC) or without. */
function earlier({ text, whole, fraction }: Measured, seconds: number): string {
  const { separator, zone } = TIME.exec(text)?.groups ?? {};
  if (separator === undefined) {
    const days = Math.ceil(seconds / SECONDS_PER_DAY);
    return isoOf(whole - BigInt(days * SECONDS_PER_DAY)).slice(0, 10);
  }
  const [date = '', time = ''] = isoOf(whole - BigInt(seconds)).split(/[T.]/);
  const rest = fraction === '' ? '' : `.${fraction}`;
  return `${date}${separator}${time}${rest}${zone === undefined ? '' : 'Z'}`;
}

function isoOf(seconds: bigint): string {
  return new Date(Number(seconds) * 1_000).toISOString();
}

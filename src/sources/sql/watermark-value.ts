import type { WatermarkUnit } from '../../definitions/connector/watermark.ts';
import type { ColumnKind } from '../../pipeline/ports/ports.ts';

/** Kinds of columns that a watermark may have. */
export const WATERMARK_KINDS = [
  'timestamp',
  'timestamptz',
  'date',
  'integer',
  'decimal',
  'bytes',
] as const satisfies ColumnKind[];

export type WatermarkKind = (typeof WATERMARK_KINDS)[number];

const NANOSECONDS = 1_000_000_000n;
const SECONDS_PER_DAY = 86_400;
const FRACTION_DIGITS_MIN = 6;
const MOMENT =
  /^(?<date>\d{4}-\d\d-\d\d)(?:[ T](?<time>\d\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,9}))?)?(?<offset>[+-]\d\d(?::\d\d)?)?$/;

/** A time with nanoseconds, without a float; undefined for an invalid time, such as `0000-00-00`. */
interface Moment {
  readonly nanoseconds: bigint;
  readonly digits: number;
}

export function unitOf(kind: WatermarkKind): WatermarkUnit {
  if (kind === 'bytes') return 'none';
  return kind === 'integer' || kind === 'decimal' ? 'steps' : 'seconds';
}

/**
 * The start of a delta query: the lag before the checkpoint, and at least one step, so that a query with `>` still lists rows
 * that share the checkpoint's value and were added later. A row that is listed twice is not sent twice, because its checksum is
 * compared.
 * The result is exact: the value is never converted to a float or a Date.
 * @param text in the form of `ColumnKind`
 * @param lag in the unit of the kind
 * @returns the checkpoint itself for `bytes`, and for an invalid date, such as `0000-00-00`
 */
export function watermarkBefore(text: string, kind: WatermarkKind, lag: number): string {
  switch (kind) {
    case 'timestamp':
    case 'timestamptz':
      return momentBefore(text, lag);
    case 'date':
      return momentBefore(text, (Math.ceil(lag / SECONDS_PER_DAY) + 1) * SECONDS_PER_DAY).slice(0, 10);
    case 'integer':
    case 'decimal': {
      const { digits, scale } = scaled(text);
      return unscaled(digits - BigInt(Math.max(lag, 1)) * 10n ** BigInt(scale), scale);
    }
    case 'bytes':
      return text;
  }
}

/** Time zones reach from 12 hours before UTC to 14 hours after it. */
const LOCAL_TIME_AHEAD_SECONDS = 14 * 3_600;

/**
 * The highest value that may become a checkpoint. The next run starts one lag before its checkpoint, so a checkpoint up to one
 * lag in the future skips nothing. A time without a zone may be local time in any time zone.
 * @param present the source's current time in UTC, as `2024-01-02 03:04:05.678901`
 * @returns undefined for a kind without a current time, and if the source does not report its current time
 */
export function highestCheckpoint(present: string, kind: WatermarkKind, lag: number): string | undefined {
  if (momentOf(present) === undefined) return undefined;
  switch (kind) {
    case 'timestamptz':
      return `${momentAfter(present, lag)}+00`;
    case 'timestamp':
      return momentAfter(present, lag + LOCAL_TIME_AHEAD_SECONDS);
    case 'date':
      return momentAfter(present, lag + LOCAL_TIME_AHEAD_SECONDS).slice(0, 10);
    case 'integer':
    case 'decimal':
    case 'bytes':
      return undefined;
  }
}

/** Whether one watermark is later than another of its kind; values that are not valid times are compared as text. */
export function isLater(left: string, right: string, kind: WatermarkKind): boolean {
  switch (kind) {
    case 'integer':
    case 'decimal': {
      const [one, other] = [scaled(left), scaled(right)];
      const scale = Math.max(one.scale, other.scale);
      return raised(one, scale) > raised(other, scale);
    }
    case 'timestamptz': {
      const [one, other] = [momentOf(left), momentOf(right)];
      return one === undefined || other === undefined ? left > right : one.nanoseconds > other.nanoseconds;
    }
    case 'timestamp':
    case 'date':
    case 'bytes':
      return left > right;
  }
}

function momentBefore(text: string, seconds: number): string {
  const moment = momentOf(text);
  if (moment === undefined) return text;
  const step = 10n ** BigInt(9 - moment.digits);
  const lag = BigInt(seconds) * NANOSECONDS;
  return moved(moment, lag > step ? -lag : -step, text);
}

function momentAfter(text: string, seconds: number): string {
  const moment = momentOf(text);
  return moment === undefined ? text : moved(moment, BigInt(seconds) * NANOSECONDS, text);
}

/** @param text the original text of the moment, which is returned if the result is a year that databases do not support */
function moved(moment: Moment, nanoseconds: bigint, text: string): string {
  const before = moment.nanoseconds + nanoseconds;
  const whole = (before - (((before % NANOSECONDS) + NANOSECONDS) % NANOSECONDS)) / NANOSECONDS;
  const date = new Date(Number(whole) * 1_000).toISOString();
  // Databases do not support the year 0 and earlier ones.
  if (!/^\d{4}-/.test(date) || date.startsWith('0000')) return text;
  const fraction = (before - whole * NANOSECONDS).toString().padStart(9, '0').slice(0, moment.digits);
  const offset = /[+-]\d\d(?::\d\d)?$/.test(text.slice(10)) ? '+00' : '';
  return `${date.slice(0, 10)} ${date.slice(11, 19)}.${fraction}${offset}`;
}

function momentOf(text: string): Moment | undefined {
  const { date, time = '00:00:00', fraction = '', offset } = MOMENT.exec(text)?.groups ?? {};
  if (date === undefined) return undefined;
  const milliseconds = Date.parse(`${date}T${time}${zone(offset)}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return {
    nanoseconds: BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0')),
    digits: Math.max(fraction.length, FRACTION_DIGITS_MIN),
  };
}

function zone(offset: string | undefined): string {
  if (offset === undefined) return 'Z';
  return offset.length === 3 ? `${offset}:00` : offset;
}

/** Parses `-12.50` to -1250 and a scale of 2. */
function scaled(text: string): { readonly digits: bigint; readonly scale: number } {
  const [whole = '', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

function raised({ digits, scale }: ReturnType<typeof scaled>, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}

function unscaled(digits: bigint, scale: number): string {
  if (scale === 0) return String(digits);
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

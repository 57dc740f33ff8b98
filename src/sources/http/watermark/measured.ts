import type { Moment } from '../../../core/text/time-format.ts';
import { readTime, type TimeText } from '../../../core/text/time-text.ts';
import type { TimeZone } from '../../../core/text/time-zone.ts';

const NUMBER = /^(?<whole>-?\d+)(?:\.(?<fraction>\d+))?$/;
/** The digits of a number of seconds since 1970, at most; milliseconds, microseconds and nanoseconds have three more each. */
const SECONDS_DIGITS_MAX = 11;
const DIGITS_PER_UNIT = 3;
const DIGITS_MAX = 20;

export type Kind = 'time' | 'number' | 'text';

/** How the watermarks of records are read. */
export interface Reading {
  readonly kind: Kind;
  /** Numbers are times, in seconds since 1970 or a smaller unit. */
  readonly epochs?: boolean;
  /** The zone of times that name none. */
  readonly zone?: TimeZone | undefined;
}

/** A watermark in comparable form: seconds since 1970 or the number itself, rounded down, and any number of digits after it. */
export interface Measured extends Moment {
  readonly text: string;
  /** Whether it is a time of a known zone. */
  readonly zoned: boolean;
  /** Set only for a time that is not a number. */
  readonly time?: TimeText;
}

/** @returns undefined for a text that is not a watermark of this kind */
export function measure(text: string, { kind, epochs, zone }: Reading): Measured | undefined {
  if (kind === 'text') return { text, whole: 0n, fraction: '', zoned: false };
  if (kind === 'time') return measureTime(text, zone) ?? (epochs === true ? measureEpoch(text) : undefined);
  const { whole, fraction = '' } = NUMBER.exec(text)?.groups ?? {};
  if (whole === undefined) return undefined;
  // For negative numbers the digits after the point count in the other direction, and watermarks are not negative.
  if (whole.startsWith('-') && fraction !== '') return undefined;
  return { text, whole: BigInt(whole), fraction, zoned: false };
}

function measureTime(text: string, zone: TimeZone | undefined): Measured | undefined {
  const time = readTime(text);
  if (time === undefined) return undefined;
  const { seconds, fraction, zoned } = time;
  if (zoned || zone === undefined) return { text, whole: seconds, fraction, zoned, time };
  return { text, whole: BigInt(zone.timeOf(Number(seconds))), fraction, zoned: true, time };
}

/** The number of digits tells the unit: seconds have at most 11 until the year 5138, and milliseconds 12 or more since 1973. */
function measureEpoch(text: string): Measured | undefined {
  const { whole = '', fraction = '' } = NUMBER.exec(text)?.groups ?? {};
  if (whole === '' || whole.startsWith('-') || whole.length >= DIGITS_MAX) return undefined;
  const units = Math.max(0, Math.ceil((whole.length - SECONDS_DIGITS_MAX) / DIGITS_PER_UNIT));
  const seconds = whole.length - units * DIGITS_PER_UNIT;
  return {
    text,
    whole: BigInt(whole.slice(0, seconds)),
    fraction: whole.slice(seconds) + fraction,
    zoned: true,
  };
}

export function isHigher(one: Measured, other: Measured, kind: Kind): boolean {
  if (kind === 'text') return one.text > other.text;
  if (one.whole !== other.whole) return one.whole > other.whole;
  const digits = Math.max(one.fraction.length, other.fraction.length);
  return one.fraction.padEnd(digits, '0') > other.fraction.padEnd(digits, '0');
}

/** Compares watermarks where no `watermarkStart` determines their kind: as times, or else as numbers. */
export function isLaterText(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return (['time', 'number'] as const).some((kind) => {
    const [left, right] = [measure(one, { kind }), measure(other, { kind })];
    return left !== undefined && right !== undefined && isHigher(left, right, kind);
  });
}

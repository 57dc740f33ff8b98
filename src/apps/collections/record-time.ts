import { readTime } from '../../core/text/time-text.ts';
import type { FieldPath } from '../../core/text/field-path.ts';
import { plainText, valueAtPath } from '../../json/path.ts';

/** A number of this many digits or more is in milliseconds; as seconds it would be after the year 5138. */
const EPOCH_MS_DIGITS = 12;
/** Numbers below are not times: a flag is 1. */
const EPOCH_SECONDS_MIN = 100_000_000;
const MS_DIGITS = 3;
/** The length of `2024-01-02`. */
const DATE_LENGTH = 10;
const NUMBER = /^(?<whole>\d{1,15})(?:\.(?<fraction>\d+))?$/;
const TRUE = /^(?:true|yes|y|1)$/i;

export interface RecordTime {
  /** Milliseconds since 1970, rounded down. */
  readonly ms: number;
  /** It is a date without a time. */
  readonly isDate: boolean;
}

/** Reads a time as APIs write it: a text, or seconds or milliseconds since 1970. @returns undefined for anything else */
export function timeOf(text: string): RecordTime | undefined {
  const { whole, fraction = '' } = NUMBER.exec(text)?.groups ?? {};
  if (whole !== undefined) {
    const value = Number(whole);
    if (value < EPOCH_SECONDS_MIN) return undefined;
    if (whole.length >= EPOCH_MS_DIGITS) return { ms: value, isDate: false };
    return { ms: value * 1_000 + millisecondsOf(fraction), isDate: false };
  }
  const time = readTime(text);
  if (time === undefined) return undefined;
  return {
    ms: Number(time.seconds) * 1_000 + millisecondsOf(time.fraction),
    isDate: time.rfc3339.length === DATE_LENGTH,
  };
}

function millisecondsOf(fraction: string): number {
  return Number(fraction.slice(0, MS_DIGITS).padEnd(MS_DIGITS, '0'));
}

/** Returns the time at a path of a record. @param start where the record begins */
export function timeAt(bytes: Buffer, start: number, path: FieldPath): RecordTime | undefined {
  const value = valueAtPath(bytes, start, path);
  return value && timeOf(plainText(bytes, value));
}

/** Whether the value at a path of a record is true, in one of the forms that APIs use. */
export function isTrueAt(bytes: Buffer, start: number, path: FieldPath): boolean {
  const value = valueAtPath(bytes, start, path);
  return value !== undefined && TRUE.test(plainText(bytes, value));
}

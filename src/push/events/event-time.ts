import { readTime } from '../../core/text/time-text.ts';

/** The seconds from one day before the year 0 to 1970, so that no offset makes a time negative. */
const SECONDS_BEFORE_1970 = 62_167_219_200n + 86_400n;
const SECONDS_DIGITS = 12;
const FRACTION_DIGITS = 9;

export function isTime(text: string): boolean {
  return readTime(text) !== undefined;
}

/**
 * Returns the version of a document that changed at the given time. All versions have the same length, and sort like the times,
 * to the nanosecond. A time without an offset, or a plain date, is in UTC.
 * @param text a text for which `isTime` is true
 */
export function versionOf(text: string): string {
  const { seconds = 0n, fraction = '' } = readTime(text) ?? {};
  const whole = String(seconds + SECONDS_BEFORE_1970).padStart(SECONDS_DIGITS, '0');
  return `${whole}.${fraction.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0')}`;
}

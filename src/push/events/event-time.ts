import { readTime } from '../../core/text/time-text.ts';

/** From one day before the year 0 to 1970, so that no offset makes a time negative. */
const SECONDS_BEFORE_1970 = 62_167_219_200n + 86_400n;
const SECONDS_DIGITS = 12;
const FRACTION_DIGITS = 9;

export function isTime(text: string): boolean {
  return readTime(text) !== undefined;
}

/**
 * The version of a document that was changed at a time: texts of one length, whose order is that of the times, to the
 * nanosecond. A time without an offset, or a date alone, is in UTC.
 * @param text for which `isTime` is true
 */
export function versionOf(text: string): string {
  const { seconds = 0n, fraction = '' } = readTime(text) ?? {};
  const whole = String(seconds + SECONDS_BEFORE_1970).padStart(SECONDS_DIGITS, '0');
  return `${whole}.${fraction.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0')}`;
}

import type { TimeText } from './time-text.ts';

/** The form of OData 2: milliseconds since 1970 in UTC, and optionally the offset of the zone in minutes, which changes nothing. */
const ODATA_2 = /^\/Date\((?<ms>-?\d{1,15})(?:[+-]\d{1,4})?\)\/$/;
const MS_PER_SECOND = 1_000n;

/** @returns undefined for a text of another form */
export function readODataTime(text: string): TimeText | undefined {
  const { ms: digits } = ODATA_2.exec(text)?.groups ?? {};
  if (digits === undefined) return undefined;
  const ms = BigInt(digits);
  const rest = ((ms % MS_PER_SECOND) + MS_PER_SECOND) % MS_PER_SECOND;
  const date = new Date(Number(ms));
  if (Number.isNaN(date.getTime())) return undefined;
  return {
    seconds: (ms - rest) / MS_PER_SECOND,
    fraction: rest === 0n ? '' : String(rest).padStart(3, '0'),
    zoned: true,
    write: (seconds) => `/Date(${seconds * MS_PER_SECOND + rest})/`,
    rfc3339: date.toISOString().replace('.000Z', 'Z'),
  };
}

/**
 * A time as APIs write it: RFC 3339, the parts of ISO 8601 that RFC 3339 excludes (no seconds, `+01`, a comma before the
 * fraction), ` UTC` for the zone, the form of HTTP headers and emails (RFC 1123), and `/Date(1700000000000)/` of OData 2.
 */
export interface TimeText {
  /** Seconds since 1970, rounded down. A time without a zone counts as UTC. */
  readonly seconds: bigint;
  /** All digits after the seconds; empty if there are none. */
  readonly fraction: string;
  /** Whether the text names a zone. A date alone does not. */
  readonly zoned: boolean;
  /** Writes another time in the same format; an offset becomes UTC. */
  readonly write: (seconds: bigint) => string;
  /** The same time in RFC 3339; it has no zone if the text names none. */
  readonly rfc3339: string;
}

const ZONE = String.raw`[Zz]|UTC?|GMT|[+-]\d\d(?::?\d\d)?`;
const ISO = new RegExp(
  String.raw`^(?<date>\d{4}-\d\d-\d\d)(?:(?<separator>[Tt ])(?<minutes>\d\d:\d\d)(?:(?<seconds>:\d\d)(?:(?<point>[.,])(?<fraction>\d+))?)?(?<blank> ?)(?<zone>${ZONE})?)?$`,
);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const RFC_1123 = new RegExp(
  String.raw`^(?<weekday>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(?<day>\d{1,2}) (?<month>${MONTHS.join('|')}) (?<year>\d{4}) (?<minutes>\d\d:\d\d)(?<seconds>:\d\d)? (?<zone>${ZONE})$`,
);

/** The form of OData 2: milliseconds since 1970 in UTC, and optionally the offset of the zone in minutes, which changes nothing. */
const ODATA_2 = /^\/Date\((?<ms>-?\d{1,15})(?:[+-]\d{1,4})?\)\/$/;
const MS_PER_SECOND = 1_000n;

/** @returns undefined for a text that is not a time, or is a time that does not exist */
export function readTime(text: string): TimeText | undefined {
  return readIso(text) ?? readRfc1123(text) ?? readODataTime(text);
}

type Parts = Readonly<Record<string, string | undefined>>;

function readIso(text: string): TimeText | undefined {
  const parts: Parts | undefined = ISO.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { date = '', separator, minutes = '00:00', seconds = ':00', fraction = '', blank, zone } = parts;
  // A trailing blank is not valid in a time.
  if (blank === ' ' && zone === undefined) return undefined;
  const moment = secondsOf(`${date}T${minutes}${seconds}`, zone);
  if (moment === undefined) return undefined;
  const rest = fraction === '' ? '' : `.${fraction}`;
  const rfc3339 = separator === undefined ? date : `${date}T${minutes}${seconds}${rest}${offsetOf(zone)}`;
  return {
    seconds: moment,
    fraction,
    zoned: zone !== undefined,
    write: (other) => writeIso(other, parts),
    rfc3339,
  };
}

function writeIso(other: bigint, { separator, seconds, point, fraction, blank = '', zone }: Parts): string {
  const iso = isoOf(other);
  if (separator === undefined) return iso.slice(0, 10);
  // If the format cannot express the seconds of the time, they are added.
  const whole = seconds === undefined && iso.slice(16, 19) === ':00';
  const rest = point === undefined ? '' : `${point}${fraction ?? ''}`;
  return `${iso.slice(0, 10)}${separator}${iso.slice(11, whole ? 16 : 19)}${rest}${utcLike(blank, zone)}`;
}

/** UTC, in the format of another zone. */
function utcLike(blank: string, zone: string | undefined): string {
  if (zone === undefined) return '';
  const named = /^[UG]/.test(zone);
  if (blank === '') return named ? zone : 'Z';
  return ` ${named ? zone : zone.replace('-', '+').replaceAll(/\d/g, '0')}`;
}

function readRfc1123(text: string): TimeText | undefined {
  const parts: Parts | undefined = RFC_1123.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { weekday, day = '', month = '', year = '', minutes = '', seconds = ':00', zone = 'GMT' } = parts;
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const moment = secondsOf(`${year}-${number}-${day.padStart(2, '0')}T${minutes}${seconds}`, zone);
  if (moment === undefined) return undefined;
  const write = (other: bigint): string => {
    const written = new Date(Number(other) * 1_000).toUTCString().replace(/GMT$/, utcLike('', zone));
    const utc = /^[+-]/.test(zone) ? written.replace(/Z$/, '+0000') : written;
    return weekday === undefined ? utc.slice(5) : utc;
  };
  return { seconds: moment, fraction: '', zoned: true, write, rfc3339: isoOf(moment).replace('.000Z', 'Z') };
}

function readODataTime(text: string): TimeText | undefined {
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

/** @param local date and time with seconds @returns undefined for an invalid date, such as the 30th of February */
function secondsOf(local: string, zone: string | undefined): bigint | undefined {
  const day = new Date(`${local.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(local.slice(0, 10))) return undefined;
  const ms = Date.parse(`${local}${offsetOf(zone) || 'Z'}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms / 1_000);
}

/** The offset in the format of RFC 3339. */
function offsetOf(zone: string | undefined): string {
  if (zone === undefined) return '';
  const [, hours, minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return hours === undefined ? 'Z' : `${hours}:${minutes}`;
}

function isoOf(seconds: bigint): string {
  return new Date(Number(seconds) * 1_000).toISOString();
}

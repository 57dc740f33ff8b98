import type { TimeZone } from './time-zone.ts';

/** A time in every digit. */
export interface Moment {
  /** Seconds since 1970, rounded down. */
  readonly whole: bigint;
  /** All digits after them. */
  readonly fraction: string;
}

const NAMED: Readonly<Record<string, string>> = { date: '%Y-%m-%d', epoch_seconds: '%s' };
const EPOCH_MILLISECONDS = 'epoch_milliseconds';
/** The directives of a local time, from the largest unit to the smallest. A pattern needs all those before its smallest one. */
const UNITS = ['Y', 'm', 'd', 'H', 'M', 'S', 'f'] as const;
const DATE_UNITS = 3;
const SECONDS_PER_DAY = 86_400;
const UNIT_SECONDS: Readonly<Record<string, number>> = { d: SECONDS_PER_DAY, H: 3_600, M: 60, S: 1, f: 1 };
/** Days are longer than 24 hours where clocks are set back. */
const LONGER_DAY_SECONDS = 3 * 3_600;

/** Returns why a text is not the format of a time, as the end of a sentence; undefined if it is one. */
export function timeFormatProblem(text: string): string | undefined {
  if (text === EPOCH_MILLISECONDS) return undefined;
  const pattern = patternOf(text);
  const unknown = directivesOf(pattern).find((letter) => !'YmdHMSfzs%'.includes(letter) || letter === '');
  if (unknown !== undefined) return `%${unknown} is not one of %Y %m %d %H %M %S %f %z %s %%`;
  const letters = new Set(directivesOf(pattern));
  if (letters.has('s')) return undefined;
  const smallest = UNITS.findLastIndex((unit) => letters.has(unit));
  const missing = UNITS.slice(0, Math.max(smallest, DATE_UNITS)).find((unit) => !letters.has(unit));
  if (missing === undefined) return undefined;
  return letters.size === 0
    ? 'it is neither epoch_seconds, epoch_milliseconds, date nor a pattern with %Y'
    : `the pattern has no %${missing}`;
}

/**
 * Writes times in the format of an API. A format may be coarser than a time, and a local time may occur twice: so the start of
 * a range is rounded back, and its end is rounded up.
 */
export class TimeFormat {
  /** The seconds of the smallest unit that the format has, at least 1. */
  readonly unitSeconds: number;
  readonly #pattern: string;
  readonly #zone: TimeZone;
  /** The text means one time, in every zone. */
  readonly #isZoned: boolean;

  /** @param text a format without a problem @throws RangeError for an unknown time zone */
  constructor(text: string, zone: TimeZone) {
    this.#pattern = patternOf(text);
    this.#zone = zone;
    const letters = new Set(directivesOf(this.#pattern));
    this.#isZoned = letters.has('s') || letters.has('z') || text === EPOCH_MILLISECONDS;
    const smallest = letters.has('s') ? 'S' : UNITS.findLast((unit) => letters.has(unit));
    this.unitSeconds = UNIT_SECONDS[smallest ?? 'S'] ?? 1;
  }

  /** Returns a text that means this time or an earlier one. */
  start({ whole, fraction }: Moment): string {
    const time = Number(whole);
    return this.#write(this.#isZoned ? time : this.#zone.notLater(time), fraction);
  }

  /** Returns a text that means this time, in whole seconds, or a later one. */
  end(time: number): string {
    const isLocalDay = this.unitSeconds === SECONDS_PER_DAY && !this.#zone.isUtc;
    const up = time + this.unitSeconds - 1 + (isLocalDay ? LONGER_DAY_SECONDS : 0);
    return this.#write(this.#isZoned ? up : this.#zone.notEarlier(up), '');
  }

  #write(time: number, fraction: string): string {
    const ms = fraction.slice(0, 3).padEnd(3, '0');
    if (this.#pattern === EPOCH_MILLISECONDS) return String(time * 1_000 + Number(ms));
    const offset = this.#zone.offset(time);
    const local = new Date((time + offset) * 1_000).toISOString();
    const values: Readonly<Record<string, string>> = {
      Y: local.slice(0, -20),
      m: local.slice(-19, -17),
      d: local.slice(-16, -14),
      H: local.slice(-13, -11),
      M: local.slice(-10, -8),
      S: local.slice(-7, -5),
      f: ms,
      z: offsetText(offset),
      s: String(time),
      '%': '%',
    };
    return this.#pattern.replaceAll(/%(.)/gsu, (_, letter: string) => values[letter] ?? '');
  }
}

function patternOf(text: string): string {
  return Object.hasOwn(NAMED, text) ? (NAMED[text] ?? text) : text;
}

/** The letters of the directives; an empty one for a `%` at the end. */
function directivesOf(pattern: string): string[] {
  return [...pattern.matchAll(/%(.?)/gsu)].map(([, letter = '']) => letter);
}

function offsetText(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

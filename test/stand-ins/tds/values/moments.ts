/** A point in time as TDS has it: for datetimeoffset in UTC, for all else as the text says. */
export interface Moment {
  /** Days since 0001-01-01. */
  readonly day: number;
  /** 100 ns since midnight. */
  readonly ticks: number;
  readonly offsetMinutes: number;
}

const DAY_MS = 86_400_000;
const DAY_TICKS = DAY_MS * 10_000;
const MINUTE_TICKS = 600_000_000;
/** Days from 0001-01-01 to 1970-01-01, where Date begins. */
const DAYS_BEFORE_1970 = 719_162;
/** To 1900-01-01, where datetime begins. */
export const DAYS_BEFORE_1900 = 693_595;

const MOMENT =
  /^(?:(\d{4})-(\d\d)-(\d\d))?[ T]?(?:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?(?: ?([+-])(\d\d):(\d\d))?$/;

/** @throws Error if the text is not a date, a time or both */
export function momentOf(text: string): Moment {
  const found = MOMENT.exec(text);
  if (found === null || text === '') throw new Error(`${text} is no date or time.`);
  const [year = '0001', month = '01', date = '01', hours = '0', minutes = '0', seconds = '0', fraction = ''] =
    found.slice(1, 8);
  const [sign, offsetHours, offsetRest] = found.slice(8);
  const offset = (Number(offsetHours ?? 0) * 60 + Number(offsetRest ?? 0)) * (sign === '-' ? -1 : 1);
  const local =
    ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e7 + Number(fraction.padEnd(7, '0'));
  const ticks = local - offset * MINUTE_TICKS;
  const day = dayOf(Number(year), Number(month), Number(date)) + Math.floor(ticks / DAY_TICKS);
  return { day, ticks: ((ticks % DAY_TICKS) + DAY_TICKS) % DAY_TICKS, offsetMinutes: offset };
}

function dayOf(year: number, month: number, date: number): number {
  // Not Date.UTC, which takes the first hundred years for those after 1900.
  return new Date(0).setUTCFullYear(year, month - 1, date) / DAY_MS + DAYS_BEFORE_1970;
}

export function dateText(day: number): string {
  return new Date((day - DAYS_BEFORE_1970) * DAY_MS).toISOString().slice(0, 10);
}

/** With this many digits after the seconds. */
export function timeText(ticks: number, scale: number): string {
  const seconds = Math.floor(ticks / 1e7);
  const clock = new Date(seconds * 1_000).toISOString().slice(11, 19);
  const digits = String(ticks % 1e7)
    .padStart(7, '0')
    .slice(0, scale);
  return digits === '' ? clock : `${clock}.${digits}`;
}

/** The parts of a datetimeoffset: the local time and its offset from UTC. */
export function offsetText({ day, ticks, offsetMinutes }: Moment, scale: number): string {
  const local = ticks + offsetMinutes * MINUTE_TICKS;
  const localTicks = ((local % DAY_TICKS) + DAY_TICKS) % DAY_TICKS;
  const distance = Math.abs(offsetMinutes);
  const hours = String(Math.floor(distance / 60)).padStart(2, '0');
  const minutes = String(distance % 60).padStart(2, '0');
  const date = dateText(day + Math.floor(local / DAY_TICKS));
  return `${date} ${timeText(localTicks, scale)} ${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`;
}

/** The parts of a cron expression that Kestra does not accept, or reads differently, although `validate` accepts them. */

interface CronField {
  readonly name: string;
  readonly max: number;
}

const FIELDS: readonly CronField[] = [
  { name: 'minute', max: 59 },
  { name: 'hour', max: 23 },
  { name: 'day', max: 31 },
  { name: 'month', max: 12 },
  { name: 'weekday', max: 7 },
];

const WEEKDAYS: readonly string[] = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
/** Sunday is both 0 and 7. */
const LAST_SUNDAY = 7;

export interface CronRefusal {
  /** A clause that follows "Kestra". */
  readonly reason: string;
  /** The part of the schedule to change, and its replacement if one is known. */
  readonly part: string;
  readonly replacement: string;
}

/** @param schedule a valid cron expression of five fields; undefined: Kestra reads it as intended */
export function cronRefusal(schedule: string): CronRefusal | undefined {
  const parts = schedule.trim().split(/\s+/);
  for (const [index, field] of FIELDS.entries()) {
    const refusal = fieldRefusal(field, parts[index] ?? '*');
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function fieldRefusal({ name, max }: CronField, part: string): CronRefusal | undefined {
  const items = part.split(',');
  if (items.length > 1 && items.some((item) => item.startsWith('*'))) {
    return { reason: `does not accept * as one item of a list (${name})`, part, replacement: '*' };
  }
  const wide = items.find((item) => Number(item.split('/')[1] ?? 0) > max);
  if (wide !== undefined) {
    const first = wide.startsWith('*') ? '0' : (wide.split('-')[0] ?? '0');
    return { reason: `does not accept a step of more than ${max} (${name})`, part: wide, replacement: first };
  }
  const wrapping = name === 'weekday' ? items.find(endsOnLastSunday) : undefined;
  if (wrapping === undefined) return undefined;
  return {
    reason: 'reads 7 and SUN as 0, so the range would end before it begins (weekday)',
    part: wrapping,
    replacement: weekdaysOf(wrapping).join(','),
  };
}

function endsOnLastSunday(item: string): boolean {
  const [from, to] = endsOf(item);
  return to === LAST_SUNDAY && from !== LAST_SUNDAY;
}

/** The first and the last day of a range, where a last day of SUN is 7; both are undefined for a single day. */
function endsOf(item: string): readonly [number | undefined, number | undefined] {
  const [from, to] = item.split('/')[0]?.split('-') ?? [];
  if (from === undefined || to === undefined) return [undefined, undefined];
  const last = dayNumber(to);
  return [dayNumber(from), last === 0 ? LAST_SUNDAY : last];
}

function dayNumber(day: string): number {
  const named = WEEKDAYS.indexOf(day.toUpperCase());
  return named === -1 ? Number(day) : named;
}

/** The days of a range with numbers from 0 to 6, each once. */
function weekdaysOf(item: string): number[] {
  const [from = 0, to = from] = endsOf(item);
  const step = Number(item.split('/')[1] ?? 1);
  const days = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
  return [...new Set(days.map((day) => day % LAST_SUNDAY))].sort();
}

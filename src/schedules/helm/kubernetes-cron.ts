const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;
const DAYS = WEEKDAYS.length;

/**
 * A valid schedule as Kubernetes reads it. Its cron has no weekday 7, which means Sunday everywhere else, and no range that ends
 * on Sunday, such as `SAT-SUN`; a weekday field with either becomes a list of days. Everything else means the same in both.
 */
export function kubernetesSchedule(schedule: string): string {
  const fields = schedule.trim().split(/\s+/);
  const weekdays = fields.at(-1) ?? '';
  return [...fields.slice(0, -1), kubernetesWeekdays(weekdays)].join(' ');
}

function kubernetesWeekdays(field: string): string {
  const parts = field.split(',');
  if (!parts.some(endsOnSeven)) return field;
  const days = new Set(parts.flatMap((part) => daysOf(part).map((day) => day % DAYS)));
  return [...days].sort((left, right) => left - right).join(',');
}

/** Whether a part is 7, or a range that only 7 as its end makes valid. */
function endsOnSeven(part: string): boolean {
  const { from, to } = boundsOf(part);
  return to === DAYS || to < from;
}

function daysOf(part: string): number[] {
  const { from, to, step } = boundsOf(part);
  const last = to < from ? to + DAYS : to;
  const days = [];
  for (let day = from; day <= last; day += step) days.push(day);
  return days;
}

function boundsOf(part: string): { readonly from: number; readonly to: number; readonly step: number } {
  const [range = '', step = '1'] = part.split('/');
  if (range === '*') return { from: 0, to: DAYS - 1, step: Number(step) };
  const [from = '', to = from] = range.split('-');
  return { from: dayNumber(from), to: dayNumber(to), step: Number(step) };
}

function dayNumber(text: string): number {
  const index = WEEKDAYS.findIndex((day) => day === text.toUpperCase());
  return index === -1 ? Number(text) : index;
}

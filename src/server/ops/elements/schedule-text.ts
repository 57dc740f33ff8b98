const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const NUMBER = /^\d{1,2}$/;
const STEP = /^\*\/(\d{1,2})$/;

/**
 * Describes a five-field schedule in words for the common forms, such as `every 15 minutes`; undefined for any other form.
 * @param timeZone the IANA name of its time zone
 */
export function scheduleWords(schedule: string, timeZone: string): string | undefined {
  const fields = schedule.trim().split(/\s+/);
  const [minute = '', hour = '', day, month, weekday = ''] = fields;
  if (fields.length !== 5 || day !== '*' || month !== '*') return undefined;
  const isDaily = weekday === '*';
  if (isDaily && hour === '*') return withinHour(minute);
  if (!NUMBER.test(minute)) return undefined;
  const hours = STEP.exec(hour)?.[1];
  // A step that does not divide the day starts again at midnight, so "every 5 hours" would be wrong.
  if (isDaily && hours !== undefined && Number(hours) > 1 && 24 % Number(hours) === 0) {
    return `every ${hours} hours, at minute ${Number(minute)}`;
  }
  if (!NUMBER.test(hour)) return undefined;
  const at = `at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')} ${timeZone}`;
  if (isDaily) return `every day ${at}`;
  const name = /^[0-7]$/.test(weekday) ? WEEKDAYS[Number(weekday)] : undefined;
  return name === undefined ? undefined : `every ${name} ${at}`;
}

function withinHour(minute: string): string | undefined {
  if (minute === '*' || minute === '*/1') return 'every minute';
  if (NUMBER.test(minute)) return `every hour, at minute ${Number(minute)}`;
  const minutes = STEP.exec(minute)?.[1];
  return minutes !== undefined && 60 % Number(minutes) === 0 ? `every ${Number(minutes)} minutes` : undefined;
}

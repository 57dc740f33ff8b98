/** RFC 3339, or a date alone. */
const TIME = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))?)?$/;
/** From one day before the year 0 to 1970, so that no offset makes a time negative. */
const SECONDS_BEFORE_1970 = 62_167_219_200 + 86_400;
const SECONDS_DIGITS = 12;
const FRACTION_DIGITS = 9;

/** Whether a text is the time of an event: some programs read the 30th of February as the 2nd of March, this one does not. */
export function isTime(text: string): boolean {
  if (!TIME.test(text)) return false;
  const date = text.slice(0, 10);
  const day = new Date(date);
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
  return exists && !Number.isNaN(Date.parse(text));
}

/**
 * The version of a document that was changed at a time: texts of one length, whose order is that of the times, to the
 * nanosecond. A time without an offset, or a date alone, is in UTC.
 * @param time for which `isTime` is true
 */
export function versionOf(time: string): string {
  const [, date, clock = '00:00:00', fraction = '', sign = '+', hours = '0', minutes = '0'] =
    TIME.exec(time) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1);
  // Whole seconds, which a number holds exactly.
  const seconds = Date.parse(`${date ?? ''}T${clock}Z`) / 1_000 - offset + SECONDS_BEFORE_1970;
  return `${String(seconds).padStart(SECONDS_DIGITS, '0')}.${fraction.padEnd(FRACTION_DIGITS, '0')}`;
}

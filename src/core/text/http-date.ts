const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hours>[01]\\d|2[0-3]):(?<minutes>[0-5]\\d):(?<seconds>[0-5]\\d|60)';
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const WEEKDAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';

/** The three forms of RFC 9110, section 5.6.7: IMF-fixdate, RFC 850 and asctime. `Date.parse` accepts nearly any text. */
const FORMS = [
  `${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `${WEEKDAY}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** Parses an HTTP date; undefined for anything else. @param now decides the century of a year with two digits */
export function httpDate(text: string, now: Date): Date | undefined {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return undefined;
  const number = (name: string) => Number(parts[name]);
  const month = MONTHS.indexOf(parts['month'] ?? '');
  const year = parts['year']?.length === 2 ? fullYear(number('year'), now) : number('year');
  const date = new Date(
    Date.UTC(year, month, number('day'), number('hours'), number('minutes'), number('seconds')),
  );
  // A day that does not exist in the month would become one of the next month.
  return date.getUTCMonth() === month || number('seconds') === 60 ? date : undefined;
}

/** RFC 9110: a two-digit year that appears to be more than 50 years ahead means the latest past year with these digits. */
function fullYear(digits: number, now: Date): number {
  const thisYear = now.getUTCFullYear();
  const year = thisYear - (thisYear % 100) + digits;
  return year > thisYear + 50 ? year - 100 : year;
}

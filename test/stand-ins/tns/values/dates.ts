/** What follows DATE's seven bytes: nothing, nanoseconds, or nanoseconds and a distance from UTC. */
export type DateForm = 'date' | 'timestamp' | 'time zone' | 'local time zone';

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?)?(?: ([+-])(\d\d):(\d\d))?$/;

/** Added to the hours and minutes of a distance from UTC, so that they are never negative. */
const ZONE_HOURS_BIAS = 20;
const ZONE_MINUTES_BIAS = 60;

/** What has a time zone travels in UTC. @throws Error if the text is not of this form, or has digits that it cannot keep */
export function dateBytes(text: string, form: DateForm): Buffer {
  const found = MOMENT.exec(text);
  if (found === null) throw new Error(`${text} is no date.`);
  const [year = 0, month = 1, date = 1, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1, 7)
    .map((digits: string | undefined) => Number(digits ?? 0));
  const [fraction, sign, zoneHours, zoneMinutes] = found.slice(7) as (string | undefined)[];
  const zoned = form === 'time zone' || form === 'local time zone';
  if (zoned !== (sign !== undefined)) throw new Error(`${text} is no ${form}.`);
  const zone = (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * (sign === '-' ? -1 : 1);
  const moment = new Date(0);
  // Not Date.UTC, which takes the first hundred years for those after 1900.
  moment.setUTCFullYear(year, month - 1, date);
  moment.setUTCHours(hours, minutes - zone, seconds);
  const bytes = Buffer.alloc(form === 'date' ? 7 : form === 'time zone' ? 13 : 11);
  bytes.set([
    Math.floor(moment.getUTCFullYear() / 100) + 100,
    (moment.getUTCFullYear() % 100) + 100,
    moment.getUTCMonth() + 1,
    moment.getUTCDate(),
    moment.getUTCHours() + 1,
    moment.getUTCMinutes() + 1,
    moment.getUTCSeconds() + 1,
  ]);
  if (form === 'date' && fraction !== undefined)
    throw new Error(`${text} is no DATE, which has no fractions.`);
  if (form !== 'date') bytes.writeUInt32BE(Number((fraction ?? '').padEnd(9, '0')), 7);
  if (form === 'time zone') {
    bytes.writeUInt8(Math.trunc(zone / 60) + ZONE_HOURS_BIAS, 11);
    bytes.writeUInt8((zone % 60) + ZONE_MINUTES_BIAS, 12);
  }
  return bytes;
}

/** As a client binds it: with nanoseconds if there are any, in UTC if the bind has a time zone. */
export function dateText(bytes: Buffer, zoned: boolean): string {
  const two = (at: number, bias: number) => String(bytes.readUInt8(at) - bias).padStart(2, '0');
  const day = `${two(0, 100)}${two(1, 100)}-${two(2, 0)}-${two(3, 0)}`;
  const time = `${two(4, 1)}:${two(5, 1)}:${two(6, 1)}`;
  const nanoseconds = bytes.length > 7 ? bytes.readUInt32BE(7) : 0;
  const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0')}`;
  return `${day} ${time}${fraction}${zoned ? ' +00:00' : ''}`;
}

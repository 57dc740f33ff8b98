import { numberTo, twoDigitsTo } from './numbers';

/** `infinity`. */
const INFINITY: u64 = 0x7974_696e_6966_6e69;
const MINUS: u8 = 0x2d;
const COLON: u8 = 0x3a;
/** ` BC`. */
const BEFORE_CHRIST: u32 = 0x43_4220;
/** `+00`. */
const UTC: u32 = 0x30_302b;

const DAY_MICROSECONDS: i64 = 86_400_000_000;
const SECOND_MICROSECONDS: i32 = 1_000_000;
const MINUTE_SECONDS: i32 = 60;
const HOUR_SECONDS: i32 = 3_600;

/** From 0000-03-01 to 2000-01-01: years that begin in March end with the day that leap years add. */
const DAYS_TO_2000: i32 = 730_425;
const ERA_YEARS: i32 = 400;
const ERA_DAYS: i32 = 146_097;

/** Whether the date that was written last is before the year 1. */
let isBeforeChrist = false;

/** Writes a date as Postgres does with DateStyle ISO. @param days since 2000-01-01 */
export function dateTo(out: usize, days: i32): usize {
  if (days == i32.MAX_VALUE) return infinityTo(out);
  if (days == i32.MIN_VALUE) return infinityTo(minusTo(out));
  return eraTo(dayTo(out, days));
}

/** Writes a time as Postgres does with DateStyle ISO. @param microseconds since 2000-01-01 */
export function timestampTo(out: usize, microseconds: i64, inUtc: bool): usize {
  if (microseconds == i64.MAX_VALUE) return infinityTo(out);
  if (microseconds == i64.MIN_VALUE) return infinityTo(minusTo(out));
  let days = microseconds / DAY_MICROSECONDS;
  let rest = microseconds % DAY_MICROSECONDS;
  if (rest < 0) {
    days--;
    rest += DAY_MICROSECONDS;
  }
  out = dayTo(out, <i32>days);
  const seconds = <i32>(rest / SECOND_MICROSECONDS);
  store<u8>(out, 0x20);
  out = twoDigitsTo(out + 1, seconds / HOUR_SECONDS);
  store<u8>(out, COLON);
  out = twoDigitsTo(out + 1, (seconds / MINUTE_SECONDS) % 60);
  store<u8>(out, COLON);
  out = fractionTo(twoDigitsTo(out + 1, seconds % 60), <i32>(rest % SECOND_MICROSECONDS));
  if (inUtc) {
    store<u32>(out, UTC);
    out += 3;
  }
  return eraTo(out);
}

function infinityTo(out: usize): usize {
  store<u64>(out, INFINITY);
  return out + 8;
}

function minusTo(out: usize): usize {
  store<u8>(out, MINUS);
  return out + 1;
}

function dayTo(out: usize, since2000: i32): usize {
  const days = since2000 + DAYS_TO_2000;
  const era = (days >= 0 ? days : days - ERA_DAYS + 1) / ERA_DAYS;
  const dayOfEra = days - era * ERA_DAYS;
  // Every 4th year has a leap day, every 100th has none, and the last day of an era belongs to its year 399.
  const yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  // From March on, five months have 153 days.
  const fromMarch = (5 * dayOfYear + 2) / 153;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * ERA_YEARS + (month <= 2 ? 1 : 0);
  isBeforeChrist = year <= 0;
  // The year before 1 is 1 BC.
  out = minusTo(numberTo(out, <u64>(isBeforeChrist ? 1 - year : year), 4));
  out = minusTo(twoDigitsTo(out, month));
  return twoDigitsTo(out, dayOfYear - (153 * fromMarch + 2) / 5 + 1);
}

function eraTo(out: usize): usize {
  if (!isBeforeChrist) return out;
  store<u32>(out, BEFORE_CHRIST);
  return out + 3;
}

/** Writes the digits of microseconds without the zeros at the end. */
function fractionTo(out: usize, microseconds: i32): usize {
  if (microseconds == 0) return out;
  store<u8>(out, 0x2e);
  let end = numberTo(out + 1, <u64>microseconds, 6);
  while (load<u8>(end - 1) == 0x30) end--;
  return end;
}

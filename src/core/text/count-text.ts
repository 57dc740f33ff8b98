const GROUP = 1_000;
const GROUP_DIGITS = 3;

/**
 * Formats the whole number 1234567 as `1,234,567`. Not by `toLocaleString`, for which Node would load its data about languages: a
 * tenth of a short run.
 */
export function count(value: number): string {
  const groups: string[] = [];
  let rest = Math.abs(value);
  for (; rest >= GROUP; rest = Math.floor(rest / GROUP)) {
    groups.unshift(String(rest % GROUP).padStart(GROUP_DIGITS, '0'));
  }
  return `${value < 0 ? '-' : ''}${[String(rest), ...groups].join(',')}`;
}

/** Formats `1 file` and `2 files`. */
export function amount(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

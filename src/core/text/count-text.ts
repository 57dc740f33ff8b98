/**
 * Formats the whole number 1234567 as `1,234,567`. Not by `toLocaleString`, for which Node would load its data about languages: a
 * tenth of a short run.
 */
export function count(value: number): string {
  return String(value).replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ',');
}

/** Formats `1 file` and `2 files`. */
export function amount(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

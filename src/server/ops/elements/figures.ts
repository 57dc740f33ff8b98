/** Figures formatted for people. An unknown figure is a dash, never 0. */
export const UNKNOWN = '–';

const WHOLE = new Intl.NumberFormat('en-US');

/** `12,345`. */
export function countText(value: number | null): string {
  return value === null ? UNKNOWN : WHOLE.format(value);
}

/** `1 delete is`, `1,204 deletes are`: the start of a sentence about held deletes. */
export function deletesText(count: number | null): string {
  return count === 1 ? '1 delete is' : `${countText(count)} deletes are`;
}

/** `98.4 %`; never rounded up to 100, because that would hide a failure. */
export function shareText(share: number | null): string {
  if (share === null) return UNKNOWN;
  if (share === 1) return '100 %';
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}

/** `0.4 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, 'min', Math.floor(seconds % 60), 's');
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? pair(hours, 'h', minutes % 60, 'min')
    : pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** `just now`, `5 min ago`, `in 2 h`. */
export function relativeText(moment: string, now: string): string {
  const seconds = (Date.parse(now) - Date.parse(moment)) / 1_000;
  const distance = coarse(Math.abs(seconds));
  if (Math.abs(seconds) < 5) return 'just now';
  return seconds > 0 ? `${distance} ago` : `in ${distance}`;
}

/** `2026-11-21 03:00:12 UTC`. */
export function exactText(moment: string): string {
  return `${moment.slice(0, 10)} ${moment.slice(11, 19)} UTC`;
}

function coarse(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

import { PREVIEW_TEXT_BYTES_MAX } from '../../limits.ts';

/** The form in which a value is shown: its texts without secrets, and cut. */
export function shownValue(value: unknown, shown: (text: string) => string): unknown {
  if (typeof value === 'string') return shown(value);
  if (Array.isArray(value)) return value.map((item) => shownValue(item, shown));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [shown(key), shownValue(item, shown)]),
  );
}

/** Cuts between two characters. The mark at the end says so. */
export function cutText(text: string): string {
  if (text.length * 3 <= PREVIEW_TEXT_BYTES_MAX) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= PREVIEW_TEXT_BYTES_MAX) return text;
  let end = PREVIEW_TEXT_BYTES_MAX;
  // A byte that continues a character begins with 10.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString('utf8', 0, end)}…`;
}

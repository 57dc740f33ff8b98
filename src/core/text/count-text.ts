/** Formats `1234567` as `1,234,567` in every locale. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

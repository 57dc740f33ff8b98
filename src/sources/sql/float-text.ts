/** The number of digits that distinguishes a 32-bit float from every other one. */
const DIGITS_MAX = 9;

/** The shortest digits that identify this 32-bit float. JavaScript alone writes it as a 64-bit float, `0.10000000149`. */
export function float32Text(value: number): string {
  for (let digits = 1; digits < DIGITS_MAX; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

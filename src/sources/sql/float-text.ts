/** A 32-bit float needs no more digits than this to be told from every other. */
const DIGITS_MAX = 9;

/** The shortest digits that are this 32-bit float and no other; JavaScript alone writes it as a 64-bit one, `0.10000000149`. */
export function float32Text(value: number): string {
  for (let digits = 1; digits < DIGITS_MAX; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

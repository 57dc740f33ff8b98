/** Nine digits are enough for every float32 number, and shorter than the digits of the equal float64 number. */
const FLOAT_DIGITS = 9;

/** The text form of pgvector: `[0.1,-2]`. */
export function vectorText(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => String(Number(value.toPrecision(FLOAT_DIGITS)))).join(',')}]`;
}

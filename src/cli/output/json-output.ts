/** Objects whose keys are names that the source gave to its fields. */
const NAMED_BY_SOURCE: ReadonlySet<string> = new Set(['fields']);

/**
 * An object for a program, on one line. Its keys are in snake case, as in logs and the API of the server. A key that earlier
 * versions wrote in camel case is written in both spellings.
 */
export function jsonLine(value: object): string {
  return `${JSON.stringify(inBothSpellings(value))}\n`;
}

/** The same object with `run_id` beside each `runId`, at every depth. */
function inBothSpellings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inBothSpellings);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      const both = NAMED_BY_SOURCE.has(key) ? inner : inBothSpellings(inner);
      const snake = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return [...new Set([snake, key])].map((spelling) => [spelling, both] as const);
    }),
  );
}

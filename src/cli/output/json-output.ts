/** The keys of these objects are field names of the source, so they are not converted. */
const NAMED_BY_SOURCE: ReadonlySet<string> = new Set(['fields']);

/**
 * Formats an object for a program, on one line. Its keys are in snake case, as in logs and the server's API. A key that
 * earlier versions wrote in camel case is written in both spellings.
 */
export function jsonLine(value: object): string {
  return `${JSON.stringify(inBothSpellings(value))}\n`;
}

/** Adds `run_id` for each `runId`, at every depth. */
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

/** Names that are valid elsewhere, and that Java does not accept as the id of a time zone, each with one that it accepts. */
const REPLACEMENTS: ReadonlyMap<string, string> = new Map([
  ['EST', 'Etc/GMT+5'],
  ['MST', 'Etc/GMT+7'],
  ['HST', 'Pacific/Honolulu'],
  ['ROC', 'Asia/Taipei'],
]);

/** The time zone to use in place of one that Kestra does not accept; undefined if Kestra accepts it. */
export function acceptedInstead(timeZone: string): string | undefined {
  const replacement = REPLACEMENTS.get(timeZone.toUpperCase());
  if (replacement !== undefined) return replacement;
  // Node.js ignores the case of a name, and Java does not.
  const known = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  const differsByCaseOnly = known.toLowerCase() === timeZone.toLowerCase() && known !== timeZone;
  return differsByCaseOnly ? known : undefined;
}

/** YAML readers of Kubernetes take these for booleans or null. */
const SPECIAL = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/** Texts that no reader takes for anything else, in a block and in `{…}`. */
const PLAIN = /^[A-Za-z][\w./-]*$/;

/** A string as YAML: plain if every reader takes it for a string, otherwise in double quotes. JSON strings are YAML. */
export function stringText(value: string): string {
  return PLAIN.test(value) && !SPECIAL.test(value) ? value : JSON.stringify(value);
}

/** The value of a generated key on one line. */
export function valueText(value: string | boolean | readonly string[]): string {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return stringText(value);
  return `[${value.map(stringText).join(', ')}]`;
}

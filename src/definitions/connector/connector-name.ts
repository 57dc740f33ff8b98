/** The same pattern as that of `metadata.name` in the schema. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

/** Whether a text is valid as the name of a connector. */
export function isConnectorName(text: string): boolean {
  return NAME.test(text);
}

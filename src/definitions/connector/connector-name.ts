/** The pattern of `metadata.name` in the schema. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

/** Whether a text can be the name of a connector. */
export function isConnectorName(text: string): boolean {
  return NAME.test(text);
}

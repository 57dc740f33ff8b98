import { readConnectorFile } from '../connector-files.ts';
import { textAt } from '../draft.ts';
import { readYaml } from '../yaml.ts';

/** The pattern of `metadata.name` in the schema. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

/** Whether a text can be the name of a connector. */
export function isConnectorName(text: string): boolean {
  return NAME.test(text);
}

/** The name of the connector in a file that may be wrong in every other way; undefined when none can be read. */
export async function connectorNameIn(file: string, cwd: string): Promise<string | undefined> {
  const content = await readConnectorFile(file, cwd);
  if ('problem' in content) return undefined;
  const name = textAt(readYaml(content.text).value, 'metadata.name');
  return name !== undefined && isConnectorName(name) ? name : undefined;
}

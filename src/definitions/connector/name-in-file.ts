import { readConnectorFile } from '../files/definition-files.ts';
import { textAt } from '../draft.ts';
import { readYaml } from '../yaml/yaml.ts';
import { isConnectorName } from './connector-name.ts';

/** The name of the connector in a file that may otherwise be invalid; undefined if no name can be read. */
export async function connectorNameIn(file: string, cwd: string): Promise<string | undefined> {
  const content = await readConnectorFile(file, cwd);
  if ('problem' in content) return undefined;
  const name = textAt(readYaml(content.text).value, 'metadata.name');
  return name !== undefined && isConnectorName(name) ? name : undefined;
}

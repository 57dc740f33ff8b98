import { readConnectorFile } from '../../definitions/connector-files.ts';
import { expandedYaml } from '../../definitions/presets/expanded-yaml.ts';
import { problemLine } from '../../definitions/problem.ts';
import { BridgeError } from '../../core/errors.ts';

/**
 * Returns a valid connector with its preset filled in, as YAML.
 * @throws BridgeError CONNECTOR_FILE_UNREADABLE
 */
export async function explainConnector(file: string, cwd: string): Promise<string> {
  const content = await readConnectorFile(file, cwd);
  if ('text' in content) return expandedYaml(content.text);
  throw new BridgeError('CONNECTOR_FILE_UNREADABLE', problemLine(content.problem), {
    hint: 'Check the path; it is relative to the working directory.',
  });
}

import { readConnectorFile } from '../../definitions/files/definition-files.ts';
import { chooseKind } from '../../definitions/files/choose-kind.ts';
import { expandedYaml } from '../../definitions/presets/expanded-yaml.ts';
import { problemLine } from '../../definitions/problem.ts';
import { readYaml } from '../../definitions/yaml/yaml.ts';
import { BridgeError } from '../../core/errors.ts';

/**
 * Returns a valid definition with its preset filled in, as YAML.
 * @throws BridgeError CONNECTOR_FILE_UNREADABLE
 */
export async function explainDefinition(file: string, cwd: string): Promise<string> {
  const content = await readConnectorFile(file, cwd);
  if ('text' in content) {
    const { value } = readYaml(content.text);
    const choice = await chooseKind(value);
    return 'kind' in choice ? expandedYaml(content.text, choice.kind.expand(value)) : content.text;
  }
  throw new BridgeError('CONNECTOR_FILE_UNREADABLE', problemLine(content.problem), {
    hint: 'Check the path; it is relative to the working directory.',
  });
}

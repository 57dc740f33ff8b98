import type { FilePlace } from '../../core/finding.ts';
import { readConnectorFile } from '../../definitions/files/definition-files.ts';
import { readYaml } from '../../definitions/yaml/yaml.ts';

/**
 * The line of a field of a definition, or of the nearest field around it that exists.
 * @param file relative to `cwd`
 * @param field such as `metadata.name`; empty for the file as a whole
 */
export async function fieldPlace(file: string, field: string, cwd: string): Promise<FilePlace> {
  if (field === '') return { file };
  const content = await readConnectorFile(file, cwd);
  return 'text' in content ? { file, ...readYaml(content.text).locate(field) } : { file };
}

import { basename, extname } from 'node:path';
import { isConnectorName } from '../../../definitions/connector/connector-name.ts';
import { textAt } from '../../../definitions/draft.ts';
import { readConnectorFile } from '../../../definitions/files/definition-files.ts';
import type { Problem } from '../../../definitions/problem.ts';
import { readYaml } from '../../../definitions/yaml/yaml.ts';

/** A file with errors that defines a connector, or may define one. */
export interface BrokenConnector {
  readonly id: string;
  readonly file: string;
  readonly description: string | null;
  readonly mode: string | null;
  readonly sourceType: string | null;
  readonly problems: readonly Problem[];
}

/** Problems of one file, by file. A folder that cannot be read has no file. */
function problemsByFile(problems: readonly Problem[]): ReadonlyMap<string, readonly Problem[]> {
  const files = new Map<string, Problem[]>();
  for (const problem of problems) {
    const { file } = problem.place;
    if (!/\.ya?ml$/.test(file)) continue;
    files.set(file, [...(files.get(file) ?? []), problem]);
  }
  return files;
}

/** Reads what can be read of broken files. A file that says that it defines something else is left out. */
export async function brokenConnectors(
  problems: readonly Problem[],
  validNames: ReadonlySet<string>,
  cwd: string,
): Promise<readonly BrokenConnector[]> {
  const taken = new Set(validNames);
  const broken: BrokenConnector[] = [];
  for (const [file, own] of problemsByFile(problems)) {
    const content = await readConnectorFile(file, cwd);
    const value = 'text' in content ? readYaml(content.text).value : undefined;
    if ((textAt(value, 'kind') ?? 'Connector') !== 'Connector') continue;
    const name = textAt(value, 'metadata.name');
    const stem = basename(file, extname(file));
    const names = [...(name !== undefined && isConnectorName(name) ? [name] : []), stem, basename(file)];
    const id = names.find((each) => !taken.has(each)) ?? file;
    taken.add(id);
    broken.push({
      id,
      file,
      description: textAt(value, 'metadata.description') ?? null,
      mode: textAt(value, 'spec.mode') ?? null,
      sourceType: textAt(value, 'spec.source.type') ?? null,
      problems: own,
    });
  }
  return broken;
}

import { readdirSync, readFileSync } from 'node:fs';
import { packageFile } from '../../../core/package-file.ts';
import { textAt, valueAt } from '../../draft.ts';
import { readYaml } from '../../yaml/yaml.ts';
import { isMapping } from '../collection-fields.ts';

/** What is known about the API of a well-known app: keys of `spec` that any app could contain itself. */
export interface AppPreset {
  /** The value of `spec.preset`, which is the name of its file. */
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

const FOLDER = 'presets/apps/';
const ENDING = '.yaml';

let read: readonly AppPreset[] | undefined;

/** Every preset for apps of this package, by name: the files in `presets/apps`. */
export function readAppPresets(): readonly AppPreset[] {
  read ??= readdirSync(packageFile(FOLDER))
    .filter((name) => name.endsWith(ENDING))
    .sort()
    .map((name) =>
      appPresetOf(name.slice(0, -ENDING.length), readFileSync(packageFile(`${FOLDER}${name}`), 'utf8')),
    );
  return read;
}

/** @throws Error for an invalid file, which is a bug of this package */
export function appPresetOf(name: string, text: string): AppPreset {
  const { value, problems } = readYaml(text);
  const [problem] = problems;
  const spec = valueAt(value, 'spec');
  if (problem !== undefined) throw new Error(`${FOLDER}${name}${ENDING}: ${problem.message}`);
  if (!isMapping(spec) || textAt(value, 'spec.baseUrl') === undefined) {
    throw new Error(`${FOLDER}${name}${ENDING}: spec.baseUrl is missing`);
  }
  return { name, spec };
}

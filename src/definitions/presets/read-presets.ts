import { readdirSync, readFileSync } from 'node:fs';
import { packageFile } from '../../core/package-file.ts';
import { textAt, valueAt } from '../draft.ts';
import { readYaml } from '../yaml/yaml.ts';
import { fillIn } from './fill-in.ts';
import { isMapping, type Mapping, type Preset } from './preset.ts';

const FOLDER = 'presets/';
const ENDING = '.yaml';

/** Changes prove no delete, unless their file says so. */
const DELETE_POLICIES = { whole: 'auto_delete_missing', changes: 'never_delete' } as const;

let read: readonly Preset[] | undefined;

/**
 * Every preset of this package, by name. A file whose API can be read in both ways has two: `github-issues` reads the whole
 * listing, and `github-issues-changes` reads only what changed.
 */
export function readPresets(): readonly Preset[] {
  read ??= readdirSync(packageFile(FOLDER))
    .filter((name) => name.endsWith(ENDING))
    .sort()
    .flatMap((name) => presetsOf(name.slice(0, -ENDING.length), textOf(name)));
  return read;
}

function textOf(name: string): string {
  return readFileSync(packageFile(`${FOLDER}${name}`), 'utf8');
}

/** @throws Error for an invalid file, which is a bug of this package */
function presetsOf(file: string, text: string): Preset[] {
  const { value, problems } = readYaml(text);
  const broken = (what: string) => new Error(`${FOLDER}${file}${ENDING}: ${what}`);
  const [problem] = problems;
  if (problem !== undefined) throw broken(problem.message);
  const words = (path: string) => {
    const found = textAt(value, path);
    if (found === undefined) throw broken(`${path} is missing`);
    return found.trim();
  };
  const mapping = (path: string): Mapping => {
    const found = valueAt(value, path) ?? {};
    if (!isMapping(found)) throw broken(`${path} is not a mapping`);
    return found;
  };
  const has = (section: string) => valueAt(value, section) !== undefined;
  const reads = (['whole', 'changes'] as const).filter(has);
  if (reads.length === 0) throw broken('whole and changes are missing');
  const both = reads.length === 2;
  return reads.map((section) => {
    const isSecond = both && section === 'changes';
    const inherited = isSecond ? mapping('whole.source') : {};
    return {
      name: isSecond ? `${file}-changes` : file,
      file,
      title: words('title'),
      about: words('about'),
      api: words('api'),
      permissions: words('permissions'),
      readers: words('readers'),
      reads: section,
      url: isSecond && !has('changes.url') ? words('whole.url') : words(`${section}.url`),
      deletes: words(`${section}.deletes`),
      source: fillIn(mapping(`${section}.source`), inherited).value,
      example: {
        names: mapping('example.names'),
        source: fillIn(mapping(`${section}.example`), mapping('example.source')).value,
        mapping: mapping('example.mapping'),
        deletePolicy: textAt(value, `${section}.deletePolicy`) ?? DELETE_POLICIES[section],
      },
    };
  });
}

import { dump } from 'js-yaml';
import { displayPath, type Segment } from '../problem.ts';
import { readYaml } from '../yaml.ts';
import { expandPreset } from './expand.ts';
import { isMapping, type Mapping, type Preset } from './preset.ts';

const INDENT = 2;

/**
 * Writes a connector with its preset filled in, as YAML that means the same without the preset. A comment marks each key that the
 * preset filled in.
 * @param text a valid connector file
 */
export function expandedYaml(text: string): string {
  const { value, preset, paths } = expandPreset(readYaml(text).value);
  if (preset === undefined || !isMapping(value)) return text;
  const head = `# The preset ${preset.name} is filled in. This file means the same without it.\n`;
  return head + linesOf(withoutPreset(value), [], { preset, paths: new Set(paths) });
}

function withoutPreset(value: Mapping): Mapping {
  const { spec } = value;
  if (!isMapping(spec) || !isMapping(spec['source'])) return value;
  const source = Object.fromEntries(Object.entries(spec['source']).filter(([key]) => key !== 'preset'));
  return { ...value, spec: { ...spec, source } };
}

interface Marks {
  readonly preset: Preset;
  readonly paths: ReadonlySet<string>;
}

function linesOf(mapping: Mapping, above: readonly Segment[], marks: Marks): string {
  return Object.entries(mapping)
    .map(([key, value]) => entryOf(key, value, [...above, key], marks))
    .join('');
}

function entryOf(key: string, value: unknown, segments: readonly Segment[], marks: Marks): string {
  const path = displayPath(segments);
  const indent = ' '.repeat((segments.length - 1) * INDENT);
  const isMixed = [...marks.paths].some((one) => one.startsWith(`${path}.`) || one.startsWith(`${path}[`));
  if (isMixed && isMapping(value))
    return `${indent}${yaml({ [key]: null }, 'null')}\n${linesOf(value, segments, marks)}`;
  const [first = '', ...rest] = yaml({ [key]: value }).split('\n');
  const comment = marks.paths.has(path) ? ` # preset ${marks.preset.name}` : '';
  return [`${first}${comment}`, ...rest].map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('');
}

/** @param cut the end that is removed */
function yaml(value: Mapping, cut = ''): string {
  const text = dump(value, { lineWidth: -1 }).trimEnd();
  return text.endsWith(cut) ? text.slice(0, text.length - cut.length).trimEnd() : text;
}

import { dump } from 'js-yaml';
import { displayPath, type Segment } from '../problem.ts';
import type { Expanded } from '../expanded.ts';
import { isMapping, type Mapping } from './preset.ts';

const INDENT = 2;

/**
 * Writes a definition with its preset filled in, as YAML that means the same without the preset. A comment marks each key that the
 * preset filled in.
 * @param text a valid file
 */
export function expandedYaml(text: string, { value, preset, presetPath, paths }: Expanded): string {
  if (preset === undefined || !isMapping(value)) return text;
  const head = `# The preset ${preset.name} is filled in. This file means the same without it.\n`;
  const whole = without(value, presetPath.split('.'));
  return head + linesOf(whole, [], { name: preset.name, paths: new Set(paths) });
}

function without(value: Mapping, [key = '', ...below]: readonly string[]): Mapping {
  if (below.length === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  const child = value[key];
  return isMapping(child) ? { ...value, [key]: without(child, below) } : value;
}

interface Marks {
  /** The name of the preset. */
  readonly name: string;
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
  const comment = marks.paths.has(path) ? ` # preset ${marks.name}` : '';
  return [`${first}${comment}`, ...rest].map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('');
}

/** @param cut the end that is removed */
function yaml(value: Mapping, cut = ''): string {
  const text = dump(value, { lineWidth: -1 }).trimEnd();
  return text.endsWith(cut) ? text.slice(0, text.length - cut.length).trimEnd() : text;
}

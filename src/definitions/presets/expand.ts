import { textAt, valueAt } from '../draft.ts';
import type { Expanded } from '../expanded.ts';
import { nearest } from '../nearest.ts';
import type { FieldFinding } from '../problem.ts';
import { addressFindings } from './address.ts';
import { fillIn } from './fill-in.ts';
import { isMapping, type Preset } from './preset.ts';
import { readPresets } from './read-presets.ts';

const SOURCE = 'spec.source';
/** The path of the key that names a preset. */
const PRESET = `${SOURCE}.preset`;

/** Fills in the preset of a connector that may be invalid. The schema refuses a preset in another mode. */
export function expandPreset(value: unknown): Expanded {
  const name = textAt(value, PRESET);
  const source = valueAt(value, SOURCE);
  const unchanged = { value, preset: undefined, presetPath: PRESET, paths: [] };
  const isRead = textAt(value, 'spec.mode') === 'rest_pull' && textAt(value, `${SOURCE}.type`) === 'http';
  if (name === undefined || !isRead || !isMapping(source)) return { ...unchanged, findings: [] };
  const preset = readPresets().find((one) => one.name === name);
  if (preset === undefined) return { ...unchanged, findings: [unknownPreset(name)] };
  const filled = fillIn(source, withoutReplaced(preset, Object.keys(source)));
  return {
    value: withSource(value, filled.value),
    preset,
    presetPath: PRESET,
    paths: filled.paths.map((path) => `${SOURCE}${path.startsWith('[') ? '' : '.'}${path}`),
    findings: addressFindings(preset, valueAt(value, `${SOURCE}.url`)),
  };
}

/** Credentials and pagination can be described by other keys, which then replace those of the preset. */
const REPLACED: readonly (readonly [key: string, by: readonly string[]])[] = [
  ['auth', ['oauth', 'login']],
  ['oauth', ['auth', 'login']],
  ['pagination', ['paginationCursorField', 'paginationNextCursorJsonPath']],
];

function withoutReplaced({ source }: Preset, own: readonly string[]): Preset['source'] {
  const replaced = REPLACED.flatMap(([key, by]) => (by.some((name) => own.includes(name)) ? [key] : []));
  return Object.fromEntries(Object.entries(source).filter(([key]) => !replaced.includes(key)));
}

function withSource(value: unknown, source: Preset['source']): unknown {
  const spec = valueAt(value, 'spec');
  if (!isMapping(value) || !isMapping(spec)) return value;
  return { ...value, spec: { ...spec, source } };
}

function unknownPreset(name: string): FieldFinding {
  const names = readPresets().map((one) => one.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return {
    code: 'preset_unknown',
    path: PRESET,
    message: `preset is ${JSON.stringify(name)}, which is not a preset of this version.${hint}`,
    fix: meant === undefined ? `one of ${names.join(', ')}` : `preset: ${meant}`,
  };
}

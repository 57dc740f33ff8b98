import { textAt, valueAt } from '../../draft.ts';
import type { Expanded } from '../../expanded.ts';
import { nearest } from '../../nearest.ts';
import { fillIn } from '../../presets/fill-in.ts';
import type { FieldFinding } from '../../problem.ts';
import { COLLECTIONS, isMapping } from '../collection-fields.ts';
import { readAppPresets, type AppPreset } from './app-preset.ts';

const PRESET = 'spec.preset';

/** Credentials can be described by other keys, which then replace those of the preset. */
const CREDENTIALS = ['auth', 'oauth', 'login'];

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Fills in the preset of an app that may be invalid. If the file has `collections`, the app has only these, and the preset fills in
 * the keys that they lack; otherwise it has all collections of the preset.
 */
export function expandAppPreset(
  value: unknown,
  presets: () => readonly AppPreset[] = readAppPresets,
): Expanded {
  const name = textAt(value, PRESET);
  const spec = valueAt(value, 'spec');
  const unchanged = { value, preset: undefined, presetPath: PRESET, paths: [] };
  if (name === undefined || !isMapping(value) || !isMapping(spec)) return { ...unchanged, findings: [] };
  const preset = presets().find((one) => one.name === name);
  if (preset === undefined) return { ...unchanged, findings: [unknownPreset(name, presets())] };
  const { collections: given, ...shared } = preset.spec;
  const filled = fillIn(spec, withoutReplaced(shared, spec));
  const own = valueAt(spec, 'collections');
  const collections =
    own === undefined
      ? { value: given, paths: [COLLECTIONS] }
      : filledCollections(own, Array.isArray(given) ? given : []);
  return {
    value: { ...value, spec: { ...filled.value, collections: collections.value } },
    preset,
    presetPath: PRESET,
    paths: [...filled.paths.map((path) => below('spec', path)), ...collections.paths],
    findings: [],
  };
}

function withoutReplaced(shared: Mapping, own: Mapping): Mapping {
  const hasOwn = CREDENTIALS.some((key) => Object.hasOwn(own, key));
  if (!hasOwn) return shared;
  return Object.fromEntries(
    Object.entries(shared).filter(([key]) => !CREDENTIALS.includes(key) || Object.hasOwn(own, key)),
  );
}

function filledCollections(
  own: unknown,
  given: readonly unknown[],
): { readonly value: unknown; readonly paths: readonly string[] } {
  if (!Array.isArray(own)) return { value: own, paths: [] };
  const paths: string[] = [];
  const value = own.map((collection: unknown, index) => {
    const known = given.find(
      (one) => isMapping(one) && isMapping(collection) && one['key'] === collection['key'],
    );
    if (!isMapping(known) || !isMapping(collection)) return collection;
    const filled = fillIn(collection, known);
    paths.push(...filled.paths.map((path) => below(`${COLLECTIONS}[${index}]`, path)));
    return filled.value;
  });
  return { value, paths };
}

function below(parent: string, path: string): string {
  return `${parent}${path.startsWith('[') ? '' : '.'}${path}`;
}

function unknownPreset(name: string, presets: readonly AppPreset[]): FieldFinding {
  const names = presets.map((one) => one.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return {
    code: 'preset_unknown',
    path: PRESET,
    message: `preset is ${JSON.stringify(name)}, which is not a preset of this version.${hint}`,
    fix: meant === undefined ? `one of ${names.join(', ')}` : `preset: ${meant}`,
  };
}

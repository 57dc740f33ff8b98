import { displayPath } from '../problem.ts';
import { isMapping, type Mapping } from './preset.ts';

export interface FilledIn {
  readonly value: Mapping;
  /** The paths that were filled in: `pagination`, or `payload.sort` if `payload` has keys of both. */
  readonly paths: readonly string[];
}

/**
 * Fills in the keys that a mapping does not have. In mappings such as `payload`, each key is filled in separately. A mapping with
 * another `type` describes something else, so nothing is filled in there.
 */
export function fillIn(own: Mapping, preset: Mapping): FilledIn {
  const value: Record<string, unknown> = { ...own };
  const paths: string[] = [];
  for (const [key, given] of Object.entries(preset)) {
    if (!Object.hasOwn(own, key)) {
      value[key] = given;
      paths.push(displayPath([key]));
      continue;
    }
    const mine = own[key];
    if (!isMapping(mine) || !isMapping(given) || (mine['type'] ?? given['type']) !== given['type']) continue;
    const lacking = Object.keys(given).filter((name) => !Object.hasOwn(mine, name));
    value[key] = { ...given, ...mine };
    paths.push(...lacking.map((name) => `${displayPath([key])}${below(name)}`));
  }
  return { value, paths };
}

function below(name: string): string {
  const part = displayPath([name]);
  return part.startsWith('[') ? part : `.${part}`;
}

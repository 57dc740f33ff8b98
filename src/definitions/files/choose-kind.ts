import { textAt, valueAt } from '../draft.ts';
import { nearest } from '../nearest.ts';
import { describeValue } from '../schema/value-words.ts';
import type { KindChoice } from './check-file.ts';
import { isKindName, KIND_NAMES, type KindName } from './kind-names.ts';
import { kindNamed } from './kinds.ts';

/** Selects the kind of a value by its `kind`. A value without one is checked as the kind that its keys are from. */
export async function chooseKind(value: unknown): Promise<KindChoice> {
  const given = valueAt(value, 'kind');
  const likely = likelyKind(value);
  if (given === undefined) return { kind: await kindNamed(likely ?? 'Connector') };
  if (isKindName(given)) {
    if (likely === undefined || likely === given) return { kind: await kindNamed(given) };
    const message = `kind is ${given}, and the keys of spec belong to the kind ${likely}.`;
    return { finding: { code: 'wrong_value', path: 'kind', message, fix: `kind: ${likely}` } };
  }
  const meant = nearest(textAt(value, 'kind') ?? '', KIND_NAMES);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return {
    finding: {
      code: 'wrong_value',
      path: 'kind',
      message: `kind is ${describeValue(given)}, which is not one of the allowed values.${hint}`,
      fix: `kind: ${meant ?? KIND_NAMES.join(' | ')}`,
    },
  };
}

/** Keys of `spec` that only one kind has. */
const OWN_KEYS: readonly (readonly [key: string, kind: KindName])[] = [
  ['source', 'Connector'],
  ['mapping', 'Connector'],
  ['config', 'KnowledgeSource'],
  ['collections', 'App'],
  ['baseUrl', 'App'],
];

/** The only kind that has some of the keys of `spec`; undefined if there is none, or more than one. */
function likelyKind(value: unknown): KindName | undefined {
  const kinds = OWN_KEYS.flatMap(([key, kind]) =>
    valueAt(value, `spec.${key}`) === undefined ? [] : [kind],
  );
  const [first, ...others] = new Set(kinds);
  return others.length === 0 ? first : undefined;
}

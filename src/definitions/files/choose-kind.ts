import { textAt, valueAt } from '../draft.ts';
import { nearest } from '../nearest.ts';
import { describeValue } from '../value-words.ts';
import type { KindChoice } from './check-file.ts';
import { isKindName, KIND_NAMES, type KindName } from './kind-names.ts';
import { kindNamed } from './kinds.ts';

/** Selects the kind of a value by its `kind`. A value without one is checked as the kind that its keys are from. */
export async function chooseKind(value: unknown): Promise<KindChoice> {
  const given = valueAt(value, 'kind');
  if (isKindName(given)) return { kind: await kindNamed(given) };
  if (given === undefined) return { kind: await kindNamed(likelyKind(value)) };
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

function likelyKind(value: unknown): KindName {
  if (valueAt(value, 'spec.collections') !== undefined) return 'App';
  return valueAt(value, 'spec.config') === undefined ? 'Connector' : 'KnowledgeSource';
}

import { valueAt } from '../../../definitions/draft.ts';
import { countText } from '../../ops/elements/figures.ts';

/** The counts of a result, with the names that Studio uses for them. */
const COUNTS = [
  ['Added', 'added'],
  ['Changed', 'changed'],
  ['Deleted', 'deleted'],
  ['Deletes on hold', 'held'],
  ['Unchanged', 'unchanged'],
  ['Rows set aside', 'quarantined'],
  ['Rows read', 'seen'],
] as const;

interface RunResult {
  readonly counts: readonly (readonly [name: string, value: string])[];
  readonly error: { readonly message: string; readonly hint: string | undefined } | undefined;
}

/** What a run printed as its result: the last line of its log. Undefined for a run that ended without one. */
export function resultIn(log: string): RunResult | undefined {
  const result = parsed(log.trimEnd().split('\n').at(-1) ?? '');
  const message = valueAt(result, 'error.message');
  const hint = valueAt(result, 'error.hint');
  const counts = COUNTS.flatMap(([name, key]) => {
    const value = valueAt(result, `counts.${key}`);
    return typeof value === 'number' ? [[name, countText(value)] as const] : [];
  });
  if (typeof message === 'string') {
    return { counts, error: { message, hint: typeof hint === 'string' ? hint : undefined } };
  }
  return counts.length === 0 ? undefined : { counts, error: undefined };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

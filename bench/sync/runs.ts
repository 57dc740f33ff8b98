import type { Variant } from './connectors.ts';

/** One kind of run of the HR connector. */
export interface RunKind {
  /** Its name in `--runs`. */
  readonly key: string;
  readonly title: string;
  readonly variant: Variant;
  /** The aim as a ratio to the floor, for 1 M rows (the delta query: 300,000) with the state in SQLite. */
  readonly aim: number;
  /** What its result must count, given the rows, those that changed and those that were deleted. */
  readonly expected: (numbers: RowNumbers) => Readonly<Record<'added' | 'changed' | 'deleted', number>>;
}

export interface RowNumbers {
  readonly rows: number;
  readonly changed: number;
  readonly deleted: number;
}

const NOTHING = () => ({ added: 0, changed: 0, deleted: 0 });

/** In the order of a round. Those after the first one need its state. */
export const RUN_KINDS: readonly [RunKind, ...RunKind[]] = [
  {
    ...{ key: 'first', title: 'first load', variant: 'plain', aim: 1.5 },
    expected: ({ rows }) => ({ added: rows, changed: 0, deleted: 0 }),
  },
  { key: 'unchanged', title: 'nothing changed', variant: 'plain', aim: 0.45, expected: NOTHING },
  { key: 'probe', title: 'nothing changed, probe', variant: 'probe', aim: 0.1, expected: NOTHING },
  {
    ...{ key: 'connections', title: 'nothing changed, two connections', variant: 'connections', aim: 0.3 },
    expected: NOTHING,
  },
  {
    ...{ key: 'changed', title: '1 % changed, some deleted', variant: 'plain', aim: 0.5 },
    expected: ({ changed, deleted }) => ({ added: 0, changed, deleted }),
  },
  { key: 'delta', title: 'delta query, nothing new', variant: 'delta', aim: 0.2, expected: NOTHING },
];

/**
 * The kinds that `--runs` names, in the order of a round.
 * @throws for an unknown name
 */
export function chosenKinds(names: string | undefined): readonly RunKind[] {
  if (names === undefined) return RUN_KINDS;
  const keys = names.split(',');
  const unknown = keys.find((key) => RUN_KINDS.every((kind) => kind.key !== key));
  if (unknown !== undefined) {
    throw new Error(`Unknown run "${unknown}". Known: ${RUN_KINDS.map(({ key }) => key).join(', ')}.`);
  }
  return RUN_KINDS.filter(({ key }) => keys.includes(key));
}

import { STATES_BY_NEED } from '../../ops/model/connector.ts';
import type { CatalogEntry } from './entry.ts';

/** The filters by state. `failed` includes runs whose process died; `ok` includes runs that are late or in progress. */
export const CATALOG_FILTERS = [
  'ok',
  'held',
  'partial',
  'failed',
  'never',
  'late',
  'broken',
  'paused',
  'proposed',
] as const;
export type CatalogFilter = (typeof CATALOG_FILTERS)[number];

export const CATALOG_SORTS = ['name', 'state', 'last_run', 'next_run'] as const;
export type CatalogSort = (typeof CATALOG_SORTS)[number];

export const CATALOG_MODES = ['sql_pull', 'rest_pull', 'rest_push', 'file_pull'] as const;
export type CatalogMode = (typeof CATALOG_MODES)[number];

export interface CatalogQuery {
  /** Words that the name, the file, the description, the mode or the type of the source must all contain; empty: all. */
  readonly find: string;
  readonly mode: CatalogMode | null;
  readonly state: CatalogFilter | null;
  readonly sort: CatalogSort;
  readonly order: 'asc' | 'desc';
  /** From 1. */
  readonly page: number;
}

const SELECTS: Readonly<Record<CatalogFilter, (entry: CatalogEntry) => boolean>> = {
  ok: ({ state, lastRun }) => state === 'ok' || (lastRun?.status === 'SUCCESS' && state === 'late'),
  held: ({ state }) => state === 'held',
  partial: ({ state }) => state === 'partial',
  failed: ({ state }) => state === 'failing' || state === 'stalled',
  never: ({ state }) => state === 'never_run',
  late: ({ state }) => state === 'late',
  broken: ({ state }) => state === 'broken',
  paused: ({ paused }) => paused,
  proposed: ({ openProposal }) => openProposal !== null,
};

const NEED = ['broken', ...STATES_BY_NEED];

const KEY: Readonly<Record<CatalogSort, (entry: CatalogEntry) => string | number | null>> = {
  name: ({ id }) => id,
  state: ({ state }) => NEED.indexOf(state),
  last_run: ({ lastRun }) => lastRun?.started_at ?? null,
  next_run: ({ nextDueAt }) => nextDueAt,
};

/** The entries that a query selects, in its order. Unknown values come last in both orders; equal ones are in the order of names. */
export function foundEntries(
  entries: readonly CatalogEntry[],
  { find, mode, state, sort, order }: CatalogQuery,
): readonly CatalogEntry[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter(
    (entry) =>
      (mode === null || entry.mode === mode) &&
      (state === null || SELECTS[state](entry)) &&
      hasWords(entry, words),
  );
  const sign = order === 'asc' ? 1 : -1;
  return found.sort((left, right) => {
    const [one, other] = [KEY[sort](left), KEY[sort](right)];
    if (one === other) return left.id < right.id ? -1 : 1;
    if (one === null) return 1;
    if (other === null) return -1;
    return one < other ? -sign : sign;
  });
}

function hasWords(entry: CatalogEntry, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { id, file, description, mode, sourceType } = entry;
  const text = [id, file, description, mode, sourceType].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

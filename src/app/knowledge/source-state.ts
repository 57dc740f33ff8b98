import type { SourceSummary } from '../../knowledge/knowledge.ts';

/**
 * The states of a knowledge source by urgency. `unusable`: its configuration cannot be used · `failing`: the last page failed ·
 * `held`: deletes are withheld · `partial`: the embedding API refused texts · `unfinished`: the pass has more pages ·
 * `never_synced` · `ok`.
 */
export const SOURCE_STATES_BY_NEED = [
  'unusable',
  'failing',
  'held',
  'partial',
  'unfinished',
  'never_synced',
  'ok',
] as const;

export type SourceState = (typeof SOURCE_STATES_BY_NEED)[number];

export function sourceState({ problem, cursor }: Pick<SourceSummary, 'problem' | 'cursor'>): SourceState {
  if (problem !== null) return 'unusable';
  if (cursor === null) return 'never_synced';
  if (cursor.lastStatus === 'error') return 'failing';
  if (cursor.lastStatus === 'held' || cursor.heldDeletes > 0) return 'held';
  if (cursor.setAside > 0) return 'partial';
  return cursor.inProgress ? 'unfinished' : 'ok';
}

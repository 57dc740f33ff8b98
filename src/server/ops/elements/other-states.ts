import type { OpsKnowledgeSource } from '../../../app/ops/model/knowledge-source.ts';
import type { Meaning } from './mark.tsx';

const SOURCE_MEANINGS: Readonly<Record<OpsKnowledgeSource['state'], Meaning>> = {
  unusable: { word: 'Not usable', tone: 'bad' },
  failing: { word: 'Failing', tone: 'bad' },
  held: { word: 'Held', tone: 'warn' },
  partial: { word: 'Partial', tone: 'part' },
  running: { word: 'Running', tone: 'work' },
  unfinished: { word: 'Pass unfinished', tone: 'none' },
  never_synced: { word: 'Never synced', tone: 'none' },
  ok: { word: 'OK', tone: 'good' },
};

const CALM: ReadonlySet<OpsKnowledgeSource['state']> = new Set([
  'running',
  'unfinished',
  'never_synced',
  'ok',
]);

export function meaningOfSource({ state }: Pick<OpsKnowledgeSource, 'state'>): Meaning {
  return SOURCE_MEANINGS[state];
}

export function sourceNeeds({ state }: Pick<OpsKnowledgeSource, 'state'>): boolean {
  return !CALM.has(state);
}

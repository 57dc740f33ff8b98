import type { CatalogEntry } from '../../../app/studio/catalog/entry.ts';
import { Mark, meaningOfState } from '../../ops/elements/mark.tsx';

/** The state of a connector, as Ops shows it; in addition, a file with errors. */
export function StateMark({ state }: Pick<CatalogEntry, 'state'>) {
  return <Mark meaning={state === 'broken' ? { word: 'Broken file', tone: 'bad' } : meaningOfState(state)} />;
}

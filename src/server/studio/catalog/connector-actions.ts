import type { CountedEntry } from '../../../app/studio/catalog/entry.ts';
import type { Viewer } from '../elements/viewer.ts';

export const ACTION_LABELS = {
  edit: 'Edit',
  clone: 'Clone',
  pause: 'Pause',
  resume: 'Resume',
  run: 'Run',
  delete: 'Delete',
} as const;

type Action = keyof typeof ACTION_LABELS;

/** What the viewer may do with a connector. A broken file cannot run or be paused: it can be corrected and deleted. */
export function actionsOf(
  { paused, state }: Pick<CountedEntry, 'paused' | 'state'>,
  viewer: Viewer,
): readonly Action[] {
  const toggled = paused ? 'resume' : 'pause';
  const actions: readonly Action[] =
    state === 'broken' ? ['edit', 'delete'] : ['edit', 'clone', toggled, 'run', 'delete'];
  return actions.filter((action) => viewer.may(action === 'run' ? 'operate' : 'author'));
}

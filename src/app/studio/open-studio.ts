import type { Logger } from '../../core/log.ts';
import type { ServerState } from '../serve/server-state.ts';
import { openEditing } from './open-editing.ts';
import type { ChangeProposals } from './proposals/change-proposals.ts';
import { localProposals } from './proposals/local-proposals.ts';
import { layoutOf, openChanges, type LayoutSettings } from './proposals/open-changes.ts';
import type { ProposalService } from './proposals/proposal-service.ts';

interface StudioSettings extends Omit<Parameters<typeof openEditing>[0], 'base' | 'folder' | 'state'> {
  readonly state: Pick<ServerState, 'drafts' | 'documentCount'>;
  readonly log: Pick<Logger, 'warn'>;
  readonly studioPaths?: LayoutSettings | undefined;
  /** Undefined: no credentials are configured, and the repository is the folder of this server. */
  readonly proposals?: ProposalService | undefined;
}

/** Opens the drafts and the proposals of Studio. */
export function openStudio(
  settings: StudioSettings,
): ReturnType<typeof openEditing> & { readonly changes: ChangeProposals } {
  const layout = layoutOf(settings.studioPaths, settings);
  const service = settings.proposals ?? localProposals({ ...settings, ...layout });
  const editing = openEditing({
    ...settings,
    folder: layout.connectorsPath,
    base: (signal) => service.base(signal),
  });
  return { ...editing, changes: openChanges({ ...settings, ...editing, service, layout }) };
}

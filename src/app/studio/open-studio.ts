import type { AuditLog } from '../../core/access/audit-log.ts';
import type { Logger } from '../../core/log.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { GithubSettings } from '../../studio/github/settings.ts';
import type { ServerState } from '../serve/server-state.ts';
import { openEditing } from './open-editing.ts';
import type { ChangeProposals } from './proposals/change-proposals.ts';
import { layoutOf, openChanges, type LayoutSettings } from './proposals/open-changes.ts';
import { openProposals, type ProposalTiming } from './proposals/open-proposals.ts';
import type { ProposalService } from './proposals/proposal-service.ts';
import { servedFiles } from './proposals/served-files.ts';

type Editing = ReturnType<typeof openEditing>;

interface StudioSettings extends Omit<Parameters<typeof openEditing>[0], 'base' | 'folder' | 'state'> {
  readonly state: Pick<ServerState, 'documentCount' | 'drafts' | 'proposals'>;
  readonly audit: AuditLog;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
  readonly redactor: Pick<Redactor, 'addToken' | 'redact'>;
  readonly studioPaths?: LayoutSettings | undefined;
  /** Undefined: no credentials are configured, and the repository is the folder of this server. */
  readonly github?: GithubSettings | undefined;
  /** Only tests set these waits. */
  readonly timing?: Partial<ProposalTiming> | undefined;
}

interface Studio {
  readonly services: Editing & { readonly changes: ChangeProposals; readonly proposals: ProposalService };
  close(): Promise<void>;
}

/** Opens the drafts and the proposals of Studio. */
export function openStudio({ timing, ...settings }: StudioSettings): Studio {
  const layout = layoutOf(settings.studioPaths, settings);
  const opened = openProposals({
    ...settings,
    ...(timing && { timing }),
    github: settings.github,
    store: settings.state.proposals,
  });
  const base: ProposalService['base'] = (signal) =>
    opened.canPropose ? opened.base(signal) : Promise.resolve(servedFiles({ ...settings, ...layout }));
  const proposals: ProposalService = { ...opened, base };
  const editing = openEditing({ ...settings, folder: layout.connectorsPath, base });
  const changes = openChanges({ ...settings, ...editing, service: proposals, layout });
  return {
    services: { ...editing, changes, proposals },
    async close() {
      await Promise.all([editing.draftChecker.close(), opened.close()]);
    },
  };
}

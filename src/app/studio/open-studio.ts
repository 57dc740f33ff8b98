import type { Logger } from '../../core/log.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { GithubSettings } from '../../studio/github/settings.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { namedInCatalog } from '../secrets/definitions-naming.ts';
import type { ServerState } from '../serve/server-state.ts';
import { openServerAudit } from './audit/server-audit.ts';
import { openEditing } from './open-editing.ts';
import { openServerPreviews, type PreviewSurroundings } from './preview/open-previews.ts';
import { rememberCounts } from './preview/remembered-counts.ts';
import { layoutOf, openChanges, type LayoutSettings } from './changes/open-changes.ts';
import { openProposals, type ProposalTiming } from './proposals/open-proposals.ts';
import { servedFiles } from './changes/served-files.ts';
import { openManagedSecrets } from './secrets/managed-secrets.ts';
import { setSecretNames } from './secrets/set-secret-names.ts';

export interface StudioSettings extends Omit<
  Parameters<typeof openEditing>[0],
  'base' | 'folder' | 'state' | 'setSecrets'
> {
  readonly state: Pick<
    ServerState,
    'audit' | 'auditRecords' | 'documentCounts' | 'drafts' | 'proposals' | 'secrets'
  >;
  readonly catalog: Catalog;
  readonly log: Logger;
  readonly redactor: Pick<Redactor, 'addToken' | 'redact'>;
  readonly variables: Omit<SecretVariables, 'similarSecret'>;
  /** `AUDIT_RETENTION_DAYS`. */
  readonly auditRetentionDays: number;
  readonly previews: PreviewSurroundings;
  readonly proxy: ProxySettings;
  readonly databaseUrl: string | undefined;
  readonly studioPaths?: LayoutSettings | undefined;
  /** Undefined: no credentials are configured, and the repository is the folder of this server. */
  readonly github?: GithubSettings | undefined;
  /** Only tests set these waits. */
  readonly timing?: Partial<ProposalTiming> | undefined;
}

/** Opens the parts of Studio. Close it before the state. */
export function openStudio({ timing, ...settings }: StudioSettings) {
  const { state, catalog, variables, clock, cwd } = settings;
  const audit = openServerAudit(settings);
  const layout = layoutOf(settings.studioPaths, settings);
  const proposals = openProposals({
    ...settings,
    ...(timing && { timing }),
    audit: state.audit,
    github: settings.github,
    served: servedFiles({ ...settings, ...layout }),
    store: state.proposals,
  });
  const setSecrets = setSecretNames(state.secrets, variables);
  const editing = openEditing({
    ...settings,
    base: (signal) => proposals.base(signal),
    folder: layout.connectorsPath,
    setSecrets,
  });
  const { previews, countsOf } = rememberCounts(openServerPreviews(settings));
  const changes = openChanges({ ...settings, ...editing, service: proposals, layout, countsOf });
  const secrets = openManagedSecrets({
    store: state.secrets,
    variables,
    usedBy: namedInCatalog(catalog),
    audit: state.audit,
    clock,
  });
  return {
    services: { ...audit.services, ...editing, changes, previews, proposals, secrets, cwd },
    async close() {
      await Promise.all([editing.draftChecker.close(), proposals.close()]);
      await audit.close();
    },
  };
}

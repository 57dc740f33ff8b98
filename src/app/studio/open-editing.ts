import { basename } from 'node:path';
import type { Clock } from '../../core/time/clock.ts';
import type { DraftStore } from '../../state/studio/drafts.ts';
import type { RepositoryBase } from '../../studio/repository.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { openDraftChecker, type DraftChecker } from './check-draft.ts';
import type { DraftService } from './drafts/draft-service.ts';
import { openDrafts } from './drafts/drafts.ts';
import { folderBase } from './drafts/folder-base.ts';

interface EditingSettings {
  readonly state: { readonly drafts: DraftStore };
  readonly catalog: Pick<Catalog, 'current'>;
  /** The folder of definitions, relative to `cwd`. */
  readonly connectorsDir: string;
  readonly policyFile: string | undefined;
  readonly cwd: string;
  readonly clock: Clock;
  /** The value of a `SECRET_…` variable; it is only tested for being set. */
  readonly secret: (variable: string) => string | undefined;
  /** `ProposalService.base`; undefined: the folder of this server. */
  readonly base?: (signal: AbortSignal) => Promise<RepositoryBase>;
  /** The folder of connectors in the repository; the name of the folder of this server by default. */
  readonly folder?: string;
}

/** Opens what the editor requires. */
export function openEditing(settings: EditingSettings): {
  readonly drafts: DraftService;
  readonly draftChecker: DraftChecker;
} {
  const { connectorsDir, cwd, secret } = settings;
  const { base = () => Promise.resolve(folderBase(connectorsDir, cwd)), folder = basename(connectorsDir) } =
    settings;
  return {
    drafts: openDrafts({ ...settings, store: settings.state.drafts, base, folder }),
    draftChecker: openDraftChecker({
      ...settings,
      directory: connectorsDir,
      setSecrets: () => Promise.resolve((variable) => secret(variable) !== undefined),
    }),
  };
}

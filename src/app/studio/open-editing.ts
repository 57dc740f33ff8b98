import type { Clock } from '../../core/time/clock.ts';
import type { DraftStore } from '../../state/studio/drafts.ts';
import type { RepositoryBase } from '../../studio/repository.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { openDraftChecker, type DraftChecker } from './check-draft.ts';
import type { DraftService } from './drafts/draft-service.ts';
import { openDrafts } from './drafts/drafts.ts';

interface EditingSettings {
  readonly state: { readonly drafts: DraftStore };
  readonly catalog: Pick<Catalog, 'current'>;
  /** The folder of definitions, relative to `cwd`. */
  readonly connectorsDir: string;
  readonly policyFile: string | undefined;
  readonly cwd: string;
  readonly clock: Clock;
  /** Returns a function that tells whether the secret of a name is set. */
  readonly setSecrets: () => Promise<(name: string) => boolean>;
  /** `ProposalService.base` */
  readonly base: (signal: AbortSignal) => Promise<RepositoryBase>;
  /** The folder of connectors in the repository. */
  readonly folder: string;
}

/** Opens what the editor requires. */
export function openEditing(settings: EditingSettings): {
  readonly drafts: DraftService;
  readonly draftChecker: DraftChecker;
} {
  return {
    drafts: openDrafts({ ...settings, store: settings.state.drafts }),
    draftChecker: openDraftChecker({ ...settings, directory: settings.connectorsDir }),
  };
}

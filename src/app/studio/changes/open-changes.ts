import { basename, relative, resolve } from 'node:path';
import type { Clock } from '../../../core/time/clock.ts';
import type { Logger } from '../../../core/log.ts';
import { adviceOf } from '../../../definitions/connector/advice/advice-of.ts';
import { readYaml } from '../../../definitions/yaml/yaml.ts';
import { pathProblem } from '../../../studio/repository-paths.ts';
import { FLOWS_PATH_DEFAULT, type RepositoryLayout } from '../../../studio/changes/repository-layout.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { DraftChecker } from '../check-draft.ts';
import type { DraftService } from '../drafts/draft-service.ts';
import { indexedDocuments } from './indexed-documents.ts';
import type { ChangeProposals } from './change-proposals.ts';
import { openChangeProposals, type ChangeSettings } from './open-change-proposals.ts';
import type { ProposalService } from '../proposals/proposal-service.ts';

/** The settings of the paths in the repository; undefined: the default. */
export interface LayoutSettings {
  readonly connectorsPath: string | undefined;
  readonly flowsPath: string | undefined;
  readonly valuesPath: string | undefined;
}

interface ChangesSettings {
  readonly state: Parameters<typeof indexedDocuments>[0];
  readonly catalog: Pick<Catalog, 'current'>;
  readonly service: ProposalService;
  readonly drafts: DraftService;
  readonly draftChecker: Pick<DraftChecker, 'check'>;
  readonly layout: RepositoryLayout;
  readonly countsOf: ChangeSettings['countsOf'];
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

/** Where files are in the repository: by default, where they are below the working directory. */
export function layoutOf(
  settings: LayoutSettings | undefined,
  { cwd, connectorsDir }: { readonly cwd: string; readonly connectorsDir: string },
): RepositoryLayout {
  const inside = relative(cwd, resolve(cwd, connectorsDir)).replaceAll('\\', '/');
  const byDefault = pathProblem(inside) === undefined ? inside : basename(connectorsDir);
  return {
    connectorsPath: settings?.connectorsPath ?? byDefault,
    flowsPath: settings?.flowsPath ?? FLOWS_PATH_DEFAULT,
    valuesPath: settings?.valuesPath,
  };
}

export function openChanges({ state, catalog, ...settings }: ChangesSettings): ChangeProposals {
  return openChangeProposals({
    ...settings,
    documentCount: (connectorId) => indexedDocuments(state, catalog, connectorId),
    adviceOf: (text) => adviceOf(readYaml(text).value).map(({ message }) => message),
  });
}

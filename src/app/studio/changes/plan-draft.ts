import type { Actor } from '../../../core/access/actor.ts';
import { isConnectorName } from '../../../definitions/connector/connector-name.ts';
import { gitBlob } from '../../../studio/git-blob.ts';
import type { RepositoryBase } from '../../../studio/repository.ts';
import type { Draft, DraftService } from '../drafts/draft-service.ts';
import { nameOf } from './connector-text.ts';
import type { ProposalService } from '../proposals/proposal-service.ts';
import type { Intended } from './intended-change.ts';

interface DraftPlanning {
  readonly drafts: Pick<DraftService, 'find'>;
  readonly service: Pick<ProposalService, 'isBegunWith' | 'list'>;
}

/** The proposals of one connector in which the merged one of a draft is looked for. */
const PROPOSALS_COMPARED_MAX = 50;

/** What a draft means for the repository, before its files are computed. */
export async function draftIntended(
  draftId: string,
  base: RepositoryBase,
  { drafts, service }: DraftPlanning,
  actor: Actor,
  signal: AbortSignal,
): Promise<Intended> {
  const draft = await drafts.find(draftId, actor);
  const { intent, text } = draft;
  const name = nameOf(text);
  const connectorId = intent === 'edit' ? draft.connectorId : (name ?? '');
  const refusals = nameRefusals(draft, name);
  const { path } = draft;
  const common = { action: intent, connectorId, path, after: text, draft, refusals } as const;
  if (path === '') return { ...common, basedOnBlob: null, conflict: null };
  const now = await base.read(path, signal);
  const begun = draft.base;
  const isUnchanged =
    (now?.blob ?? null) === (begun?.blob ?? null) ||
    now?.text === text ||
    (now !== undefined && (await wasProposed(draft, connectorId, now.blob, service)));
  if (isUnchanged) return { ...common, basedOnBlob: now?.blob ?? null, conflict: null };
  const file = begun === null ? undefined : { path, blob: begun.blob, after: gitBlob(text) };
  if (begun !== null && file !== undefined && (await service.isBegunWith(connectorId, file, signal))) {
    return { ...common, basedOnBlob: begun.blob, conflict: null };
  }
  if (intent !== 'edit' && begun === null) {
    const refusal = `The repository already has ${path}. Choose another name, or edit that connector.`;
    return { ...common, refusals: [...refusals, refusal], basedOnBlob: null, conflict: null };
  }
  return {
    ...common,
    basedOnBlob: begun?.blob ?? null,
    conflict: {
      path,
      base: begun?.text ?? null,
      theirs: now?.text ?? null,
      yours: text,
      changedBy: null,
    },
  };
}

/** Whether the file on the base branch is what an earlier proposal of this draft put there. */
async function wasProposed(
  { id, path }: Draft,
  connectorId: string,
  blob: string,
  service: Pick<ProposalService, 'list'>,
): Promise<boolean> {
  const proposals = await service.list({ connectorId, limit: PROPOSALS_COMPARED_MAX });
  return proposals.some(
    ({ draftId, files }) => draftId === id && files.some((file) => file.path === path && file.after === blob),
  );
}

function nameRefusals({ intent, connectorId }: Draft, name: string | undefined): string[] {
  if (intent === 'edit') {
    if (name === connectorId) return [];
    return [
      `An edit cannot rename ${connectorId}: the name is part of the id of every document, so all documents would be new. Clone the connector under the new name, then delete this one.`,
    ];
  }
  if (name === undefined || !isConnectorName(name)) {
    return [
      'The connector has no valid name. Set metadata.name to lower-case letters, digits and hyphens, such as hr-employees.',
    ];
  }
  if (intent === 'clone' && name === connectorId) {
    return ['The copy has the name of its original. Set metadata.name to another name.'];
  }
  return [];
}

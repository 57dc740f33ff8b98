import { secretRefusals } from './secret-refusals.ts';
import { requireRight, type Actor } from '../../../core/access/actor.ts';
import { BridgeError, toBridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { problemLine, type Problem } from '../../../definitions/problem.ts';
import type { DocumentsNow } from '../../../studio/body/documents-text.ts';
import { proposalBody, proposalTitle } from '../../../studio/body/proposal-body.ts';
import { changeSet, type ChangeSet } from '../../../studio/changes/change-set.ts';
import type { RepositoryLayout } from '../../../studio/changes/repository-layout.ts';
import { gitBlob } from '../../../studio/git-blob.ts';
import { patchOf } from '../../../studio/patch/unified-diff.ts';
import { ProposalConflictError } from '../../../studio/proposal-conflict.ts';
import type { FileChange, RepositoryBase } from '../../../studio/repository.ts';
import type { DraftChecker } from '../check-draft.ts';
import type { DraftService } from '../drafts/draft-service.ts';
import type { RememberedCounts } from '../preview/remembered-counts.ts';
import type { ChangeProposals, ChangeRequest, PlannedChange } from './change-proposals.ts';
import { schedulableOf } from './connector-text.ts';
import type { Intended } from './intended-change.ts';
import { proposedFiles } from './proposed-files.ts';
import { actionIntended } from './plan-action.ts';
import { draftIntended } from './plan-draft.ts';
import type { ProposalOrder, ProposalService } from '../proposals/proposal-service.ts';

export interface ChangeSettings {
  readonly service: ProposalService;
  readonly drafts: DraftService;
  readonly draftChecker: Pick<DraftChecker, 'check'>;
  readonly layout: RepositoryLayout;
  /** The documents of a connector in the index. */
  readonly documentCount: (connectorId: string) => Promise<number>;
  /** The counts of a dry run of a text; undefined if it was not counted. */
  readonly countsOf: (text: string) => RememberedCounts | undefined;
  /** Advice about a connector: sentences. */
  readonly adviceOf: (text: string) => readonly string[];
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

/** What the texts of a proposal say beside its files. */
interface Findings {
  readonly problems: readonly Problem[];
  readonly documents: DocumentsNow | null;
  readonly advice: readonly string[];
  readonly counts: RememberedCounts | null;
}

export function openChangeProposals(settings: ChangeSettings): ChangeProposals {
  const { service, drafts } = settings;
  return {
    canPropose: service.canPropose,
    tokenWarning: () => service.tokenWarning(),
    async plan(request, actor, signal) {
      requireRight(actor, 'author');
      // A pull request that was merged a moment ago must not be shown as one that this change extends.
      await refreshed(settings, signal);
      return (await planned(request, settings, actor, signal)).plan;
    },
    async propose(request, actor, signal) {
      requireRight(actor, 'author');
      const { plan, order } = await planned(request, settings, actor, signal);
      requireProposable(plan);
      return service.propose(order, actor, signal);
    },
    async resolve({ draftId, version, keep, theirs }, actor) {
      requireRight(actor, 'author');
      const draft = await drafts.find(draftId, actor);
      const base = { text: theirs, blob: gitBlob(theirs), commit: null };
      const text = keep === 'theirs' ? theirs : draft.text;
      return drafts.rebase(draftId, { version, text, base }, actor);
    },
    async filesOf(proposal, actor, signal) {
      requireRight(actor, 'read');
      return proposedFiles(proposal, settings, signal);
    },
    async list(filter, actor, signal) {
      requireRight(actor, 'read');
      await refreshed(settings, signal);
      return service.list(filter);
    },
    async find(id, actor, signal) {
      requireRight(actor, 'read');
      await refreshed(settings, signal);
      const found = await service.find(id);
      if (found !== undefined) return found;
      throw new BridgeError('PROPOSAL_UNKNOWN', `No proposal has the id ${JSON.stringify(id)}.`, {
        hint: 'Open the list of proposals, and choose one there.',
      });
    },
  };
}

/** The history can be read while GitHub cannot be reached; the states are then older. */
async function refreshed({ service, log }: ChangeSettings, signal: AbortSignal): Promise<void> {
  try {
    await service.refresh(signal);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (!error.code.startsWith('GITHUB_')) throw thrown;
    log.warn('the states of open proposals could not be requested', {
      code: error.code,
      reason: error.message,
    });
  }
}

async function planned(
  request: ChangeRequest,
  settings: ChangeSettings,
  actor: Actor,
  signal: AbortSignal,
): Promise<{ readonly plan: PlannedChange; readonly order: ProposalOrder }> {
  const { service, drafts, layout } = settings;
  const { subject } = request;
  const base = await service.base(signal);
  const intended =
    'draftId' in subject
      ? await draftIntended(subject.draftId, base, settings, actor, signal)
      : await actionIntended(subject.connectorId, subject.action, drafts, actor, signal);
  const { connectorId, action, path, basedOnBlob, draft, conflict } = intended;
  const refusals = [...intended.refusals, ...secretRefusals(intended.after, request.reason)];
  const findings = await findingsOf(intended, settings);
  const set = await filesOf(intended, base, layout, signal);
  const title = proposalTitle(action, connectorId);
  const bodyWith = (files: readonly FileChange[], notes: ChangeSet['notes']) =>
    bodyOf(intended, files, notes, findings, request, actor);
  const [newest] = await service.list({ connectorId, limit: 1 });
  let { notes } = set;
  return {
    plan: {
      ...{ connectorId, action, path, draft, conflict, refusals, basedOnBlob, base, title },
      ...findings,
      ...set,
      body: bodyWith(set.files, notes),
      patch: patchOf(set.files),
      open: newest?.state === 'open' ? newest : null,
    },
    order: {
      ...{ connectorId, action, title },
      bodyOf: (files) => bodyWith(files, notes),
      async changesOf(current, during) {
        const changes = await filesOf(intended, current, layout, during);
        ({ notes } = changes);
        return changes.files;
      },
      basedOn: { path, blob: basedOnBlob },
      draftId: draft?.id ?? null,
    },
  };
}

async function findingsOf(intended: Intended, settings: ChangeSettings): Promise<Findings> {
  const { action, after, path, connectorId, draft } = intended;
  const isNew = action === 'create' || action === 'clone';
  const problems =
    after === null
      ? []
      : await settings.draftChecker.check({ intent: isNew ? action : 'edit', path, text: after });
  const documents = isNew
    ? null
    : { count: await settings.documentCount(connectorId), at: settings.clock.now().toISOString() };
  const advice = draft === null ? [] : settings.adviceOf(draft.text);
  const counts = draft === null ? undefined : settings.countsOf(draft.text);
  return { problems, documents, advice, counts: counts ?? null };
}

async function filesOf(
  { path, after, connectorId }: Intended,
  base: RepositoryBase,
  layout: RepositoryLayout,
  signal: AbortSignal,
): Promise<ChangeSet> {
  if (path === '') return { files: [], notes: [] };
  if (after === null) {
    return changeSet({ name: connectorId, path, after, schedulable: null }, base, layout, signal);
  }
  const schedulable = await schedulableOf(after, path);
  if (schedulable !== undefined) {
    return changeSet({ name: connectorId, path, after, schedulable }, base, layout, signal);
  }
  // With errors nothing is proposed; the author sees the change of the file so far.
  const before = (await base.read(path, signal))?.text ?? null;
  return { files: before === after ? [] : [{ path, before, after }], notes: [] };
}

function bodyOf(
  { action, connectorId, path }: Intended,
  files: readonly FileChange[],
  notes: ChangeSet['notes'],
  { problems, documents, advice, counts }: Findings,
  { reason, documents: documentsChoice }: ChangeRequest,
  actor: Actor,
): string {
  return proposalBody({
    connectorId,
    action,
    path,
    files,
    notes,
    warnings: problems.filter(({ status }) => status === 'warn').map(problemLine),
    advice,
    documents,
    documentsChoice,
    preview: counts === null ? null : { ...counts, at: counts.countedAt },
    reason,
    proposedBy: actor.name,
  });
}

/** @throws BridgeError PROPOSAL_REFUSED, PROPOSAL_EMPTY or ProposalConflictError */
function requireProposable(plan: PlannedChange): void {
  const { connectorId, action, refusals, problems, conflict, files, path } = plan;
  const errors = problems.filter(({ status }) => status === 'fail').map(problemLine);
  const reasons = [...refusals, ...errors];
  if (reasons.length > 0) {
    throw new BridgeError('PROPOSAL_REFUSED', [`${plan.title}: this cannot be proposed.`, ...reasons], {
      hint: 'Correct each of them, then propose again. Nothing was proposed.',
    });
  }
  if (conflict !== null) {
    throw new ProposalConflictError(`${path} was changed on the base branch after this draft began.`, [
      conflict,
    ]);
  }
  if (files.length > 0) return;
  const already = action === 'pause' || action === 'resume' ? `${action}d` : 'as proposed';
  throw new BridgeError('PROPOSAL_EMPTY', `${connectorId} is already ${already} on the base branch.`, {
    hint: 'Deploy the base branch if the server does not show it yet.',
  });
}

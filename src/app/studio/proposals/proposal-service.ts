import type { Actor } from '../../../core/access/actor.ts';
import type { ProposalAction } from '../../../studio/proposal-action.ts';
import type { FileChange, RepositoryBase } from '../../../studio/repository.ts';

export type { ProposalAction } from '../../../studio/proposal-action.ts';

/** The change that a person asks for. */
export interface ProposalOrder {
  readonly connectorId: string;
  readonly action: ProposalAction;
  /** One line. */
  readonly title: string;
  /** Markdown for the pull request. @param changes the files as they are proposed */
  readonly bodyOf: (changes: readonly FileChange[]) => string;
  /**
   * The files that a base gets. It is called again when the base has moved, so that shared files, such as the values of the chart,
   * are edited in their newest form.
   */
  readonly changesOf: (base: RepositoryBase, signal: AbortSignal) => Promise<readonly FileChange[]>;
  /** The file of the connector, and its blob when the author began; null: the file did not exist. */
  readonly basedOn: { readonly path: string; readonly blob: string | null };
  readonly draftId: string | null;
}

/** The journal of a proposal: its completed step, then the state of its pull request. */
export type ProposalState =
  'asked' | 'tree' | 'commit' | 'branch' | 'open' | 'merged' | 'closed' | 'unknown' | 'failed';

export interface ProposalRecord {
  readonly id: string;
  readonly connectorId: string;
  readonly action: ProposalAction;
  readonly repository: string;
  readonly branch: string;
  readonly baseBranch: string;
  readonly baseCommit: string;
  readonly state: ProposalState;
  readonly headCommit: string | null;
  readonly pull: { readonly number: number; readonly url: string } | null;
  readonly title: string;
  readonly body: string;
  readonly files: readonly {
    readonly path: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly proposedBy: { readonly id: string; readonly name: string };
  readonly draftId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly checkedAt: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Proposes changes of the repository as pull requests. */
export interface ProposalService {
  /** Whether credentials of GitHub are configured; if not, `base` is the local folder and `propose` fails. */
  readonly canPropose: boolean;
  /** @throws BridgeError GITHUB_* */
  base(signal: AbortSignal): Promise<RepositoryBase>;
  /**
   * Writes one commit on the branch of the connector, and opens a pull request or extends the open one.
   * @throws BridgeError RIGHT_MISSING, GITHUB_*, PROPOSAL_EMPTY, PROPOSAL_CONFLICT or STATE_*
   */
  propose(order: ProposalOrder, actor: Actor, signal: AbortSignal): Promise<ProposalRecord>;
  /**
   * Whether the open pull request of a connector has this version of its file, or already the proposed one, and the base branch did
   * not change it since.
   */
  isBegunWith(
    connectorId: string,
    file: { readonly path: string; readonly blob: string; readonly after: string },
    signal: AbortSignal,
  ): Promise<boolean>;
  /** The text of a version of a file; undefined if the repository does not have it. @throws BridgeError GITHUB_* */
  textOf(path: string, blob: string, signal: AbortSignal): Promise<string | undefined>;
  /** A sentence about a token that expires soon, as far as GitHub said so; undefined: none. */
  tokenWarning(): string | undefined;
  /** Newest first. */
  list(filter: { readonly connectorId?: string; readonly limit: number }): Promise<readonly ProposalRecord[]>;
  find(id: string): Promise<ProposalRecord | undefined>;
  /** Asks GitHub for the state of open proposals, at most once a minute each. */
  refresh(signal: AbortSignal): Promise<void>;
}

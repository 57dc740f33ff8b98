import { EXIT } from '../exit-status.ts';
import { later, wrong, type ErrorKind } from './error-kind.ts';

/** Errors of GitHub, and of the proposals that Studio makes there. */
export const PROPOSAL_ERRORS = {
  /** GitHub refuses the credentials: the token or the key of the app is wrong, revoked or expired. Nothing was changed. Create a new one, and set `GITHUB_TOKEN` or the variables of the app. */
  GITHUB_CREDENTIALS: wrong(EXIT.permission),
  /** GitHub accepts the credentials and denies the request: a permission is missing, single sign-on has to be authorised, the repository is archived, or a rule protects the branch. The message says which. */
  GITHUB_PERMISSION: wrong(EXIT.permission),
  /** GitHub has no such repository or branch, or the credentials cannot see it. Check `GITHUB_REPO`, `GITHUB_BASE_BRANCH`, and which repositories the credentials include. */
  GITHUB_NOT_FOUND: wrong(EXIT.configuration),
  /** The repository is being changed by another request, or it has no commit yet. Nothing half done is visible. Create a first commit if the repository is empty; otherwise try again. */
  GITHUB_CONFLICT: later,
  /** GitHub refuses the request as invalid, or its response cannot be understood by this version; the message quotes it. */
  GITHUB_REFUSED: wrong(EXIT.unavailable),
  /** The credentials have reached a limit of GitHub for requests or for new content. Try again after the time in the message, and not before: further requests can lead to a block. */
  GITHUB_LIMITED: later,
  /** GitHub cannot be reached, failed, or did not answer in time, so it is unknown whether the request took effect. The next attempt looks before it repeats anything; try again. */
  GITHUB_UNREACHABLE: later,
  /** The repository has another name now, or the API redirects to another address, to which credentials are not sent. Set `GITHUB_REPO` or `GITHUB_API_URL` to the new name or address. */
  GITHUB_MOVED: wrong(EXIT.configuration),
  /** No credentials for GitHub are configured, so nothing can be proposed. Set `GITHUB_TOKEN` and `GITHUB_REPO`, or download the patch and apply it by hand. */
  GITHUB_NOT_CONFIGURED: wrong(EXIT.configuration),
  /** Another proposal for the same repository is in progress; one is written at a time. Try again in a moment. A proposal whose server was killed blocks others for at most a minute. */
  PROPOSAL_BUSY: later,
  /** The proposed files are those of the base branch, so nothing was proposed. */
  PROPOSAL_EMPTY: wrong(EXIT.usage),
  /** Another person changed a file of this proposal, on the base branch or on the branch of the proposal, after the author began. Nothing was proposed. Compare both versions, and take theirs as the new draft or start again. */
  PROPOSAL_CONFLICT: wrong(EXIT.badData),
  /** The change cannot be proposed: the draft has problems, an edit renames the connector, or a file of the repository cannot be edited without changing something else. Nothing was proposed. The message lists the reasons. */
  PROPOSAL_REFUSED: wrong(EXIT.badData),
  /** No proposal has this id. The list of proposals has the ids. */
  PROPOSAL_UNKNOWN: wrong(EXIT.usage),
  /** A file of the repository is a symbolic link or a submodule, is too large or not UTF-8, or its path leads out of the configured folders. It is neither read nor changed. */
  REPOSITORY_FILE_REFUSED: wrong(EXIT.configuration),
} as const satisfies Record<string, ErrorKind>;

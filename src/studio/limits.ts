/** Limits of the repository of connectors and of proposals. */

/**
 * Bytes of a file of the repository that is read or changed. A connector file has at most 1 MiB, and the values of a chart are
 * smaller.
 */
export const REPOSITORY_FILE_BYTES_MAX = 1_048_576;

/** Files below one folder of the repository that are listed: as many as the server reads of connectors, and their flows. */
export const REPOSITORY_FILES_MAX = 20_000;

/** Characters of a path in the repository. Git for Windows refuses longer ones by default. */
export const REPOSITORY_PATH_CHARACTERS_MAX = 255;

/** Characters of the title of a pull request. GitHub refuses more than 256. */
export const PROPOSAL_TITLE_CHARACTERS_MAX = 200;

/** Characters of the body of a pull request. GitHub refuses more than 65,536; Renovate stays below 60,000 for the same reason. */
export const PROPOSAL_BODY_CHARACTERS_MAX = 60_000;

/** Characters of the reason that the author of a proposal writes. */
export const PROPOSAL_REASON_CHARACTERS_MAX = 2_000;

/** Problems, advice and notes that the body of a pull request lists of each kind. */
export const PROPOSAL_REMARKS_MAX = 30;

/** Characters of one such remark; a message of `validate` has some 200. */
export const PROPOSAL_REMARK_CHARACTERS_MAX = 500;

/** Lines around a change in a diff, as in Git. */
export const DIFF_CONTEXT_LINES = 3;

/**
 * Lines that may differ before a diff replaces the rest as one block. The search needs memory and time by the square of this number:
 * 1,000 take some 4 MB.
 */
export const DIFF_EDITS_MAX = 1_000;

/** Limits of the repository of connectors. */

/** Time for one request to GitHub, which itself ends requests after 10 s. */
export const GITHUB_REQUEST_SECONDS_MAX = 15;
/** Time for a connection to GitHub with its TLS handshake. */
export const GITHUB_CONNECT_SECONDS = 10;
/** A response of GitHub, decompressed. GitHub truncates the listing of a tree at 7 MB. */
export const GITHUB_ANSWER_BYTES_MAX = 16 * 1_048_576;
/** Further attempts of a request that only reads, after a response of 5xx or a lost connection. A write is never repeated. */
export const GITHUB_READ_RETRIES = 2;
/** Redirects of one request that only reads, all on the same origin. */
export const GITHUB_REDIRECTS_MAX = 3;
/** Characters of a message of GitHub that are quoted. */
export const GITHUB_WORDS_LENGTH_MAX = 500;
/** A token of an installation is replaced this long before it expires, so that it outlives a request. */
export const GITHUB_TOKEN_MARGIN_SECONDS = 120;
/** Lifetime of the JWT of an app; GitHub accepts 10 minutes, and clocks differ. */
export const GITHUB_JWT_SECONDS = 480;
/** Pull requests of one branch that are read. */
export const GITHUB_PULLS_MAX = 100;
/** Blobs that are kept in memory; a blob never changes. */
export const GITHUB_BLOBS_KEPT = 256;
/** Characters of a blob that is kept in memory. */
export const GITHUB_BLOB_LENGTH_KEPT = 65_536;
/** Bytes of a file of the repository that is read; a connector may have 1 MiB. */
export const REPOSITORY_FILE_BYTES_MAX = 2 * 1_048_576;
/** Bytes of a path in the repository. */
export const REPOSITORY_PATH_BYTES_MAX = 1_024;
/** Files and folders that are listed; GitHub truncates the listing of a tree at 100,000 entries. */
export const REPOSITORY_ENTRIES_MAX = 200_000;

/** Characters of the title of a pull request. GitHub refuses more than 256. */
export const PROPOSAL_TITLE_CHARACTERS_MAX = 200;

/** Characters of the body of a pull request before the mark of its id. GitHub refuses more than 65,536. */
export const PROPOSAL_BODY_CHARACTERS_MAX = 59_000;

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

/** How many days before the end of a token `doctor` and Studio warn: time enough to get another one approved. */
export const TOKEN_EXPIRY_WARNING_DAYS = 14;

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

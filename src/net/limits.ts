/** Limits of HTTP clients. */

/** How long the body of a response that is not a success is read; its status code is used in any case. */
export const HTTP_WORDS_SECONDS_MAX = 2;
/** Content codings of one response, such as `gzip, br`; each costs the time and memory of a page. */
export const CONTENT_CODINGS_MAX = 4;

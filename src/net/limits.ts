/** Limits of HTTP clients. */

/** How long the body of a response that is not a success is read; its status code is used in any case. */
export const HTTP_WORDS_SECONDS_MAX = 2;
/** Content codings of one response, such as `gzip, br`; each costs the time and memory of a page. */
export const CONTENT_CODINGS_MAX = 4;
/**
 * How many times larger than its compressed form a streamed response may be. Tables of repeated values reach 100; gzip reaches
 * 1,032 with a single repeated byte, which is a decompression bomb.
 */
export const UNPACKED_RATIO_MAX = 500;
/** Bytes of a streamed response, decompressed, that the ratio does not apply to. */
export const UNPACKED_BYTES_FREE = 32 * 1_048_576;

/** One connection of a guarded process, with the lookup of its name. A person waits for it. */
export const GUARDED_CONNECT_MS_MAX = 10_000;

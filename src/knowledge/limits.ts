/** Limits of knowledge sources. */

/** Tokens of one chunk with its overlap. The embedding API accepts 8,192; shorter chunks are found more precisely. */
export const CHUNK_TOKENS_MAX = 1_000;
/** Tokens at the end of a chunk that its successor repeats, so that a sentence at the cut is whole in one of them. */
export const CHUNK_OVERLAP_TOKENS = 120;
/** Characters of an unbroken run that are counted at once; the time of the tokenizer grows with the square of their number. */
export const RUN_CHARACTERS_MAX = 1_000;

/** Texts of one request to the embedding API, which is the number that it documents. */
export const EMBEDDING_TEXTS_MAX = 2_048;
/** Tokens of all texts of one request. The API accepts 300,000; the rest is for texts that it counts differently. */
export const EMBEDDING_TOKENS_MAX = 250_000;
/** Bytes of one response of the embedding API, decompressed: 2,048 vectors as decimal numbers have some 70 MB. */
export const EMBEDDING_ANSWER_BYTES_MAX = 128 * 1_048_576;
/** Bytes that are read of the embedding API's report of an error. */
export const EMBEDDING_WORDS_BYTES_MAX = 65_536;
/** Connecting to the embedding API, TLS and proxy included. */
export const EMBEDDING_CONNECT_SECONDS = 10;
/** One request to the embedding API with its complete response; the caller's signal can end it earlier. */
export const EMBEDDING_REQUEST_SECONDS_MAX = 60;
/** Texts that the API refuses, one by one, before the first one that it accepts; then the fault is not in the texts. */
export const REFUSED_TEXTS_MAX = 20;
/** Texts that the offline embedder embeds before other work of the process has its turn. */
export const OFFLINE_TEXTS_AT_ONCE = 32;

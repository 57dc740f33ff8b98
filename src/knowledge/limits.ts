/** Limits of knowledge sources. */

/** Results of one search. */
export const SEARCH_RESULTS_MAX = 100;
/** Characters of a search text. A character has at most three tokens, so every text is small enough to be embedded. */
export const SEARCH_TEXT_CHARACTERS_MAX = 300;
/** Words of a search text that are compared with chunks; a chunk is read once per word. */
export const SEARCH_WORDS_MAX = 20;
/** Roles of one search. */
export const SEARCH_ROLES_MAX = 100;
/** Chunks that an exact search has in memory at once: with their vectors and texts about 10 kB each. */
export const SEARCH_BATCH_CHUNKS = 200;
/** Chunks that are scored in a search with pgvector, from each of its two lists: the nearest vectors, and those with the words. */
export const SEARCH_CANDIDATES_MIN = 200;
/** Chunks with some of the words, of which those with most words become candidates. A common word is in nearly every chunk. */
export const SEARCH_MATCHES_MAX = 2_000;

/** Chunks whose vectors are converted with one statement: about 4 MB of text. */
export const CONVERTED_CHUNKS = 200;

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

/** A batch, which is one page with its embeddings, answers within this time whatever the source does. */
export const BATCH_MILLISECONDS_MAX = 14_000;
/** The part of it for all attempts to read the page and the waits between them. */
export const PAGE_MILLISECONDS_MAX = 9_000;
/** One attempt to read a page of a knowledge source, including its whole response. */
export const PAGE_ATTEMPT_SECONDS = 4;
/** Items that are requested per page. */
export const PAGE_ITEMS_MAX = 100;
/** Characters of a cursor; it is part of an address, and servers accept some 8,000 for that. */
export const CURSOR_CHARACTERS_MAX = 8_000;
/** Consecutive pages of a pass without a new chunk; a listing with more of them does not end. */
export const STALE_PAGES_MAX = 100;
/** Characters of the id of an item, which is part of an index. */
export const ITEM_ID_CHARACTERS_MAX = 500;
/** Characters of the title and of the address of a document; longer ones are cut or left out. */
export const DOCUMENT_TITLE_CHARACTERS_MAX = 1_000;
/** Characters of an error that the cursor of a source keeps. */
export const LAST_ERROR_CHARACTERS_MAX = 1_000;
/** Characters of one value of a source's `config`. */
export const CONFIG_TEXT_CHARACTERS_MAX = 8_000;
/** Entries of one list or mapping of a source's `config`. */
export const CONFIG_ENTRIES_MAX = 100;
/** Hashes that one statement looks up. */
export const HASHES_PER_STATEMENT = 500;
/** Chunks that one statement inserts; each has 20 kB as text with its vector. */
export const CHUNKS_PER_STATEMENT = 50;
/** Deletes of a pass are held when they are more than the larger of this count … */
export const CHUNK_DELETE_COUNT_DEFAULT = 25;
/** … and this share of the chunks known before the pass. */
export const CHUNK_DELETE_RATIO_DEFAULT = 0.25;

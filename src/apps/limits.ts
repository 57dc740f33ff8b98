/** Limits of app sync. */

/** Problems that the result of one sync lists; further ones are only counted. */
export const SYNC_PROBLEMS_MAX = 100;

/** Entities that are compared and written by one statement, ... */
export const STORE_CHUNK_RECORDS = 500;
/** ... and the bytes of their payloads; one entity may exceed it. A page is one transaction of several such statements. */
export const STORE_CHUNK_BYTES = 4 * 1_048_576;

/** Attempts of the transaction of a page that loses a race with another program, which writes the same rows in another order. */
export const STORE_ATTEMPTS_MAX = 5;

/** Entities whose ids are compared with a full listing at the same time, and that one transaction deletes. */
export const DELETE_BATCH_RECORDS = 1_000;

/** Deleted entities of one collection that are logged one by one; further ones are logged as a count. */
export const DELETES_LOGGED_MAX = 100;

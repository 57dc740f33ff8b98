/** Limits of app sync. */

/** Problems that the result of one sync lists; further ones are only counted. */
export const SYNC_PROBLEMS_MAX = 100;

/** Entities that are compared and written by one statement, ... */
export const STORE_CHUNK_RECORDS = 500;
/** ... and the bytes of their payloads; one entity may exceed it. A page is one transaction of several such statements. */
export const STORE_CHUNK_BYTES = 4 * 1_048_576;

/** Created entities after which the planner of the database gets new statistics for the first time; later four times as many. */
export const ANALYZE_CREATED_MIN = 1_000;

/** Attempts of the transaction of a page that loses a race with another program, which writes the same rows in another order. */
export const STORE_ATTEMPTS_MAX = 5;

/** Entities whose ids are compared with a full listing at the same time, and that one transaction deletes. */
export const DELETE_BATCH_RECORDS = 1_000;

/** Deleted entities of one collection that are logged one by one; further ones are logged as a count. */
export const DELETES_LOGGED_MAX = 100;

/** How far before the last sync an incremental one asks for changes, unless `incremental.overlap` is set. Indexes and events of APIs are late by some minutes. */
export const APP_OVERLAP_SECONDS_DEFAULT = 300;
/** Events of this last period are left for the next sync, because an API may still add others with the same time. */
export const APP_EVENTS_SETTLE_SECONDS = 60;
/** Changed objects of one collection that are read again in one sync. Their ids are in memory, some 100 bytes each; with more, the whole listing is read. */
export const APP_CHANGED_OBJECTS_MAX = 100_000;
/** Requests for changed objects at the same time. */
export const APP_OBJECT_REQUESTS_CONCURRENT = 4;
/** Changed objects that are passed on together. */
export const APP_OBJECTS_PER_PAGE = 100;
/** Bytes of changed objects that are passed on together; one object may exceed it. */
export const APP_OBJECTS_PAGE_BYTES = 4 * 1_048_576;
/** An API that asks for a longer wait ends the sync, which then says when to come back. */
export const APP_RETRY_AFTER_SECONDS_MAX = 60;
/** How often one reading of a listing begins again because the API can no longer continue it. */
export const APP_LISTING_RESTARTS_MAX = 2;

/** A full sync lists a collection at most this many times, until a listing has every entity of the one before; only then it deletes. */
export const LISTINGS_MAX = 4;

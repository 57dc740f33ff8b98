/** Limits of the state. */

/** Attempts to take a lease that end in a database deadlock. Each costs about a second, during which one of the others proceeds. */
export const LEASE_ATTEMPTS_MAX = 5;

/** How often a run renews its lease and checks whether it still holds it. */
export const LEASE_HEARTBEAT_SECONDS = 10;

/** Fingerprints per page read from an embedded state: 160 kB; measurements showed no gain from larger pages. */
export const STATE_FINGERPRINTS_PER_PAGE = 20_000;

/**
 * Ids whose fingerprints are looked up in one query. Each query reads the whole scope once (0.3 s for 1 M records), so
 * few large groups are faster; their ids take some 10 MB.
 */
export const STATE_IDS_PER_GROUP = 50_000;

/** Loaded records of a closed run that are deleted in one transaction: some 0.1 s, during which others wait on SQLite. */
export const STATE_LOADED_PER_DELETE = 20_000;

/** Runs that a server logs, once each, because their row in the state cannot be read. */
export const UNREADABLE_RUNS_LOGGED_MAX = 1_000;

/** How often a run checks whether another run has finished its delivery to the same data store. */
export const TARGET_LEASE_POLL_SECONDS = 2;
/** ... and how long it waits before it leaves its delivery to a later run. */
export const TARGET_LEASE_WAIT_SECONDS_MAX = 3_600;

/** Rejected documents written in one statement; SQLite accepts no more rows in the form in which knex writes them. */
export const STATE_REJECTIONS_PER_STATEMENT = 500;

/** Records per page read from the state when it is compared with a data store; 10 MB of the longest ids. */
export const CHECK_RECORDS_PER_PAGE = 10_000;
/** Ids of one query that looks for them among all targets of a connector. */
export const CHECK_IDS_PER_STATEMENT = 500;

/** Document ids per page read from the state when `explain` is given a digest; 10 MB of the longest ids. */
export const EXPLAIN_IDS_PER_PAGE = 10_000;

/** Postgres connections of a server that receives pushes: this many writes wait for the disk together. */
export const PUSH_CONNECTIONS_MAX = 10;
/** Pushed events per page, ... */
export const PUSH_EVENTS_PER_PAGE = 1_000;
/** ... unless their documents are large: bytes of one page, which one document may exceed. */
export const PUSH_PAGE_BYTES = 4 * 1_048_576;
/** Pushed batches whose events become rows in one transaction, so that a killed run need not start over. */
export const PUSH_UNPACK_BATCHES = 1_000;
/** Expired batches removed in one statement, some milliseconds each. */
export const PUSH_PURGE_BATCHES = 1_000;

/** A run that claimed an alert and died blocks it for this long before another run sends it. */
export const ALERT_CLAIM_SECONDS = 60;

/**
 * How long the time of a deleted document is kept where `source.ordering` is `updated_at`: webhook senders retry for some
 * days. An older event that arrives after this time restores the document.
 */
export const PUSH_TOMBSTONE_DAYS = 30;

/** Attempts to store a sync request that an equal one replaces: between two statements that one can be taken and end. */
export const SYNC_REQUEST_ATTEMPTS_MAX = 5;
/** How often a sync request is begun again after the process that worked on it died: one more death is probably its own fault. */
export const SYNC_REQUEST_BEGINS_MAX = 2;
/** How long a finished sync request is kept: a month to find out what happened. */
export const SYNC_REQUEST_KEEP_DAYS = 30;
/** Finished sync requests removed in one statement, some milliseconds each. */
export const SYNC_REQUESTS_FORGOTTEN_AT_ONCE = 1_000;

/** How long a finished run request is kept: a month to find out what happened. */
export const RUN_REQUEST_KEEP_DAYS = 30;
/** Finished run requests removed in one statement, some milliseconds each. */
export const RUN_REQUESTS_FORGOTTEN_AT_ONCE = 1_000;

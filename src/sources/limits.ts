/** Limits of sources. */

/** Rows per batch. 2,000 rows of 600 bytes fit the processor's cache; measurements showed no gain from more. */
export const BATCH_ROWS_MAX = 2_000;

/** Connecting to a source, unless `source.connectTimeoutSeconds` is set. */
export const SOURCE_CONNECT_SECONDS_DEFAULT = 15;
/** One statement at the source, unless `source.statementTimeoutSeconds` is set; a first load may take an hour. */
export const SOURCE_STATEMENT_SECONDS_DEFAULT = 3_600;
/** Waiting for a lock at a Postgres source that is read through two connections; longer waits may be for each other. */
export const LOCK_SECONDS_MAX = 60;

/** Bytes per read from a Postgres server without TLS. Four times as many took as long. */
export const RECEIVE_BYTES = 262_144;
/**
 * The pause of reading rows after a read that emptied the socket. A server sends 8 kB at a time, and each time would otherwise wake
 * the program: that took a seventh of the server's processor time, and a fifth of the program's. After four milliseconds, the
 * server would wait for the program.
 */
export const RECEIVE_PAUSE_MS = 1;

/** Bytes of the row of `source.unchangedQuery`, which is stored with each run; counts and hashes have some 100. */
export const PROBE_ANSWER_BYTES_MAX = 1_024;
/** Hours after which the answer of `source.unchangedQuery` is not trusted, unless `source.fullListingEveryHours` is set. */
export const FULL_LISTING_HOURS_DEFAULT = 24;

/** Pages that one run reads of a resumable listing, unless `source.pagesPerRun` is set. */
export const HTTP_PAGES_PER_RUN_DEFAULT = 100;
/** Windows that one run reads of a listing of changes, unless `source.window.windowsPerRun` is set; each is at least one request. */
export const HTTP_WINDOWS_PER_RUN_MAX = 100_000;
/** Bytes of the records of a listing of changes that are held until its end; the rest goes into a temporary file. */
export const HTTP_CHANGES_HELD_BYTES_MAX = 8 * 1_048_576;

/** Files of one listing. Some 500 bytes per file are held in memory, and each file is opened twice. */
export const FILE_COUNT_MAX = 100_000;
/**
 * A file that was modified within this time may still be incomplete: a copy over a slow network pauses for some seconds,
 * and the clock of a file server may differ from that of this machine by one or two.
 */
export const FILE_AGE_SECONDS_MIN = 10;
/** Bytes per read of a file. */
export const FILE_READ_BYTES = 65_536;

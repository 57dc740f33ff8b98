/** Limits of the command line. */

/** Retries of a request to a service, unless `MAX_RETRIES` is set. With the waits below they take some minutes. */
export const RETRY_ATTEMPTS_DEFAULT = 6;
/** The highest `MAX_RETRIES`. Beyond it, restarting the run by an orchestrator is better. */
export const RETRY_ATTEMPTS_MAX = 50;
/** The wait before the first retry, unless `RETRY_BACKOFF_SECONDS` is set; each further wait is twice as long. */
export const RETRY_BACKOFF_SECONDS_DEFAULT = 1;

/** Time that a process may continue after its command is done: a host name lookup, for example, cannot be aborted. */
export const PROCESS_LINGER_MS_MAX = 100;

/** Length of the name of a key. */
export const KEY_NAME_CHARACTERS_MAX = 100;
/** The longest lifetime of a key: ten years. For a longer one, create a key that never expires. */
export const KEY_DAYS_MAX = 3_650;
/** Length of `ADMIN_API_KEY`, which a person may choose: 16 random letters cannot be guessed, and 12 letters of a word can. */
export const ADMIN_KEY_CHARACTERS_MIN = 16;
/** Length of `SESSION_SECRET`, which signs session cookies: 32 characters of base64 are 192 bits. */
export const SESSION_SECRET_CHARACTERS_MIN = 32;

/** Sync requests of one key per minute, unless `SYNC_REQUESTS_PER_MINUTE` is set. */
export const SYNC_REQUESTS_PER_MINUTE_DEFAULT = 10;
/** The highest `SYNC_REQUESTS_PER_MINUTE`; a key may send no more requests of any kind. */
export const SYNC_REQUESTS_PER_MINUTE_MAX = 600;

/** Pages that `validate --try` requests, unless `--pages` is set. Two pages show how the API leads to the next one. */
export const TRIAL_PAGES_DEFAULT = 2;
/** The most pages that `validate --try` requests. */
export const TRIAL_PAGES_MAX = 100;

/** Characters of a chunk that `kb search` shows: about three lines of a terminal. */
export const SEARCH_EXCERPT_CHARACTERS = 200;
/** Results of `kb search`, unless `--limit` is set. */
export const SEARCH_RESULTS_DEFAULT = 10;

/** Child processes that one worker runs at the same time by default; each takes about 130 MB. */
export const WORKER_RUNS_AT_ONCE = 4;
/** The most that `worker --concurrency` accepts: more than this many processes belong on several machines. */
export const WORKER_RUNS_AT_ONCE_MAX = 64;
/** Time that the worker has after SIGTERM, which includes that of its child processes; systemd kills after 90 s by default. */
export const WORKER_SHUTDOWN_SECONDS_MAX = 20;

/** The file of `MANAGED_SECRET_ENCRYPTION_KEY_FILE`: twenty keys have some 1,600 bytes. */
export const MANAGED_KEY_FILE_BYTES_MAX = 8_192;

/** Limits of doctor, drift checks, pushes, Ops and the process around a run. */

/** Deletes are held when they are more than the larger of this count ... */
export const DELETE_LIMIT_COUNT_DEFAULT = 25;
/** ... and this share of the documents known before the run. */
export const DELETE_LIMIT_RATIO_DEFAULT = 0.25;

/** Quarantined rows that fail a run: in total, ... */
export const QUARANTINE_COUNT_DEFAULT = 1_000;
/** ... as a share of the rows read (applied only from `QUARANTINE_RATIO_ROWS_MIN` rows on), ... */
export const QUARANTINE_RATIO_DEFAULT = 0.1;
/** ... and consecutively. */
export const QUARANTINE_CONSECUTIVE_DEFAULT = 100;

/** Time after SIGTERM in which a run releases its lease and connections; Kubernetes kills after 30 s by default, Kestra earlier. */
export const SHUTDOWN_SECONDS_MAX = 8;

/**
 * Two signals within this time count as one: Ctrl-C reaches the whole process group, and npm forwards its own signal. A
 * person who presses it twice is slower.
 */
export const SIGNAL_REPEAT_MS = 500;

/**
 * Time for a thread of `validate` or a server to check one file; 1 MiB takes 0.4 s. A file that takes longer is not used until it
 * changes.
 */
export const CONNECTOR_CHECK_MS_MAX = 5_000;
/** Time for a thread that checks files to start, on a busy machine. */
export const CONNECTOR_WORKER_START_MS_MAX = 30_000;
/** Heap of a thread that checks files, in MiB. 1 MiB of YAML needs some 60. */
export const CONNECTOR_WORKER_HEAP_MB_MAX = 256;

/** Pages of Markdown that one `check-drift` reads; a folder with more is probably not documentation. */
export const MARKDOWN_PAGES_MAX = 5_000;
/** A page of Markdown. The largest page of this program's own documentation has 150 kB. */
export const MARKDOWN_PAGE_BYTES_MAX = 2 * 1_024 * 1_024;

/** One check of `doctor`, or one comparison of a connector by `check-drift`: twice the default connect timeout of a source, because a person waits for it. */
export const DOCTOR_CHECK_SECONDS_MAX = 30;
/** One request of `doctor` to Cloud Storage, which cannot be aborted; a check makes at most two, so it ends in time. */
export const DOCTOR_REQUEST_SECONDS_MAX = 10;
/**
 * Committed runs that `explain` searches, newest first; it reads the artifacts of those that deleted something, to find
 * the delete. With an hourly run this covers eight days; a bucket takes some 0.2 s per run.
 */
export const EXPLAIN_RUNS_MAX = 200;
/** Readers of a document that `explain` shows; `--json` shows all. */
export const EXPLAIN_READERS_SHOWN_MAX = 20;
/** Characters of one value that `explain` shows, such as a title; `--json` shows all of it. */
export const EXPLAIN_VALUE_CHARACTERS_MAX = 2_000;
/** Time that a lookup of a document in Ops reads artifacts; then it shows what it found, because a person waits for it. */
export const OPS_EXPLAIN_MS = 10_000;
/** Lookups of documents that one server does at the same time; each reads artifacts, which may be gigabytes. */
export const OPS_EXPLAIN_AT_ONCE = 2;

/** Minimum interval between two scans of the folder of connectors. Scanning 500 files takes 5 ms. */
export const CATALOG_REFRESH_MS = 2_000;

/** Concurrent runs that one server starts by "run now"; each is a process of some 130 MB. */
export const STARTED_RUNS_MAX = 4;
/** Characters kept from the end of a run's log: some 1,000 lines. */
export const RUN_LOG_CHARACTERS_MAX = 262_144;
/** How often the log of a run in progress is stored, so that it can be followed. */
export const RUN_LOG_KEEP_MS = 2_000;

/** Connectors that `check-drift --live` checks in parallel: enough that one which does not respond delays few others. */
export const DRIFT_CONNECTORS_AT_ONCE = 4;

/**
 * Documents of one data store, and records of one connector, that the comparison `records` reads; it compares nothing beyond
 * them. At Google's quota of 300 reads a minute, so many documents take 7 minutes, and their fingerprints 90 MB.
 */
export const RECORDS_COMPARED_MAX = 2_000_000;
/** Time to compare the records of one connector: twice what `RECORDS_COMPARED_MAX` takes at Google's quota. */
export const RECORDS_COMPARE_SECONDS_MAX = 900;
/** Most ids that a finding lists. */
export const RECORDS_NAMED_MAX = 5;

/** Time after that to record the outcome of an alert and to close connections. */
export const TELEMETRY_SETTLE_MS_MAX = 100;

/** Time to query the state for earlier alerts. After that the alert is sent in any case: twice is better than never. */
export const ALERT_MEMORY_MS_MAX = 300;

/** Runs of a connector that its page shows: two and a half days of an hourly schedule. */
export const OPS_HISTORY_RUNS = 60;
/** Rejected documents that the page of a run shows; `explain` shows any other. */
export const OPS_REJECTED_MAX = 100;
/** Pushes that the page of a connector lists, the newest. */
export const OPS_PUSHES_SHOWN = 10;
/** Rows of refused pushes that it lists, the newest; one row has all pushes of one key that were refused for one reason. */
export const OPS_REFUSED_PUSHES_SHOWN = 20;
/** Pushes to a connector without a schedule may wait this long for a run before the connector counts as late. */
export const OPS_PUSHES_WAIT_MINUTES = 60;
/** Lines of `held.ndjson` and of `quarantine.ndjson` that the page of a run shows. */
export const OPS_ARTIFACT_LINES = 100;
/** Bytes of such a file that are read for them. A quarantine line of 100 columns of 256 bytes is some 30 kB. */
export const OPS_ARTIFACT_BYTES_MAX = 4_194_304;
/** Time to read them: a page must not wait for a bucket that does not answer. */
export const OPS_ARTIFACT_READ_MS = 4_000;
/** The page of a run refreshes every 15 s, and its files do not change. */
export const OPS_ARTIFACT_REMEMBERED_MS = 300_000;
/** After a failure the files are tried again sooner. */
export const OPS_ARTIFACT_RETRY_MS = 60_000;
/** Runs whose lines are remembered; 100 lines of both files are at most some 100 kB. */
export const OPS_ARTIFACT_RUNS_REMEMBERED = 50;

/**
 * A run may take this long to start, work and commit before its connector counts as late: orchestrators queue, and most
 * runs take minutes. A run in progress is never late.
 */
export const OPS_LATE_GRACE_MINUTES = 15;
/** Tolerated clock difference between an orchestrator and a run: a run that started this much early counts as the due one. */
export const OPS_CLOCK_SKEW_SECONDS = 60;
/**
 * How long Ops caches the runs of a connector while its lease is not taken. Every change of a run happens under the
 * lease, so this covers only processes that resumed too late, and manual changes.
 */
export const OPS_SETTLED_SECONDS_MAX = 60;

/** Bodies and documents of all pushes that are being received at once; beyond it, pushes are answered 503 and must be retried. */
export const PUSH_MEMORY_BYTES_MAX = 256 * 1_048_576;

/** The share of `PUSH_MEMORY_BYTES_MAX` for pushes to one connector, so that one producer does not block the others. */
export const PUSH_CONNECTOR_MEMORY_BYTES_MAX = 128 * 1_048_576;

/** How long a repeated push gets the original answer: a weekend, and Monday to notice. */
export const PUSH_KEY_HOURS = 72;

/** Pending events of one connector; beyond it, pushes are refused. */
export const PUSH_PENDING_EVENTS_MAX = 1_000_000;
/** How long the length of a queue is cached; events that this server adds in the meantime are counted. */
export const PUSH_DEPTH_REFRESH_MS = 1_000;
/** `Retry-After` of a response when the queue is full: runs drain it every few minutes. */
export const PUSH_FULL_RETRY_AFTER_SECONDS = 30;
/** How often a server removes delivered events from the queue. */
export const PUSH_PURGE_MINUTES = 60;

/** Rows that `validate --try` shows. */
export const TRIAL_ROWS_MAX = 3;
/** Requests for one page that `validate --try` lists: redirects, a renewed token, details of records. */
export const TRIAL_REQUESTS_MAX = 5;
/** Characters of one URL, header, body or value that `validate --try` shows. */
export const TRIAL_TEXT_CHARACTERS_MAX = 2_000;
/** Keys of a record that `validate --try` lists besides those of the mapping. */
export const TRIAL_KEYS_MAX = 30;

/**
 * `kb sync` waits this long for a page of the same source that another process reads, such as a server. A page ends within 15 s.
 */
export const KNOWLEDGE_PAGE_WAIT_SECONDS_MAX = 20;
/** Between two attempts to read that page. */
export const KNOWLEDGE_PAGE_WAIT_MS = 500;
/** How often a server looks for sync requests, which a schedule may have inserted, and for an app whose sync has ended. */
export const SYNC_JOBS_POLL_MS = 2_000;
/** Requested syncs that one process does at the same time, of different apps; each reads one page after the other. */
export const SYNC_JOBS_AT_ONCE = 2;
/** How long a request that was taken waits for another sync of its app to end; then it has failed. */
export const SYNC_JOB_WAIT_MS_MAX = 3_600_000;
/** How often a server removes old sync requests. */
export const SYNC_JOBS_FORGET_MINUTES = 60;

/** How often a worker looks for requests. */
export const WORKER_POLL_MS = 2_000;
/** Wait before the second attempt of a run that ended with exit status 75; it doubles with each further one, ... */
export const WORKER_RETRY_SECONDS = 30;
/** ... up to this. */
export const WORKER_RETRY_SECONDS_MAX = 900;
/** Wait after the child process for syncs of apps has failed: its cause may affect every sync. */
export const WORKER_SYNCS_PAUSE_MS = 30_000;
/** Time that a child process has after SIGTERM before it is killed: a run ends within `SHUTDOWN_SECONDS_MAX`. */
export const WORKER_KILL_SECONDS = 12;
/** How often a worker removes old requests. */
export const WORKER_FORGET_MINUTES = 60;
/** Characters kept from the end of the stdout of a child process, whose last line is its result. */
export const WORKER_RESULT_CHARACTERS_MAX = 262_144;

/** How often a server deletes entries of the audit log that are too old. */
export const AUDIT_EXPIRY_HOURS = 24;
/** Entries of the audit log that one transaction deletes: some 0.1 s. */
export const AUDIT_EXPIRY_PAGE = 5_000;
/** Entries of the audit log that an export holds at a time, some 500 bytes each. */
export const AUDIT_EXPORT_PAGE = 1_000;
/** Equal refusals within this time are one entry of the audit log and one with their number. */
export const AUDIT_REFUSAL_WINDOW_SECONDS = 600;
/**
 * Entries for different refusals of one actor in an hour; further ones are counted. All clients that do not identify themselves are
 * one actor: at most a million entries in a year, some 300 MB.
 */
export const AUDIT_REFUSALS_PER_HOUR = 120;
/** Documents that a preview shows. */
export const PREVIEW_DOCUMENTS = 20;
/** Bytes of one text of a preview, such as the content of a document. */
export const PREVIEW_TEXT_BYTES_MAX = 65_536;
/** Bytes of all documents of a preview as JSON. */
export const PREVIEW_BYTES_MAX = 1_048_576;
/** Bytes of the draft of a connector that can be tested; the largest connector that we know has 40 kB. */
export const PREVIEW_DRAFT_BYTES_MAX = 524_288;
/** Bytes of the sample events for a push connector. */
export const PREVIEW_EVENTS_BYTES_MAX = 262_144;
/** One connection of a preview. */
export const PREVIEW_CONNECT_SECONDS_MAX = 10;
/** A whole preview: a person waits for it. After that the process gets SIGTERM and cancels the query, ... */
export const PREVIEW_SECONDS_MAX = 30;
/** ... and is killed if it has not ended by then. */
export const PREVIEW_KILL_SECONDS = 5;
/** Counting the changes of a draft, which reads the whole source. A connection without data is closed after 120 seconds. */
export const PREVIEW_COUNT_SECONDS_MAX = 100;
/** Heap of the process of a preview, in MiB. A run of large rows takes some 130. */
export const PREVIEW_HEAP_MB_MAX = 384;
/** Characters of the stdout of that process: the documents, escaped. */
export const PREVIEW_OUTPUT_CHARACTERS_MAX = 16 * 1_048_576;
/** Previews that one server does at the same time; each is a process of some 130 MB. */
export const PREVIEWS_AT_ONCE = 2;
/** Previews that one person may start in a minute, so that they are useless for scanning a network. */
export const PREVIEWS_PER_MINUTE = 10;
/** Texts whose counts are remembered for their proposals, some 300 bytes each. */
export const COUNTED_DRAFTS_REMEMBERED = 1_000;
/** People whose previews of the last minute are counted; those who waited longest are forgotten first. */
export const PREVIEW_PEOPLE_REMEMBERED = 1_000;

/** Drafts of one person in Studio; with the size of a connector file they take at most 100 MiB. */
export const DRAFTS_PER_PERSON_MAX = 100;
/** How long a draft is kept after its last change. */
export const DRAFT_KEEP_DAYS = 30;
/** Wait between two requests to GitHub that write; GitHub asks for a second, and blocks clients that do not wait. */
export const PROPOSAL_BETWEEN_WRITES_MS = 1_000;
/** Wait before a request to GitHub that only reads is repeated. */
export const PROPOSAL_RETRY_MS = 1_000;
/** How long a proposal waits for another one of the same repository. */
export const PROPOSAL_BUSY_MS = 20_000;
/** How often it looks whether the other one has ended. */
export const PROPOSAL_BUSY_POLL_MS = 250;
/** A server that was killed while it wrote a proposal blocks others for this long. A request to GitHub takes at most 15 s. */
export const PROPOSAL_LEASE_MS = 60_000;
/** How often a proposal looks again because another commit reached its branch at the same moment. */
export const PROPOSAL_ROUNDS_MAX = 3;
/** How often a pull request is requested again while GitHub does not know its new branch yet. */
export const PROPOSAL_REPLICATION_RETRIES = 3;
/** How long pages show the same commit of the base branch; a proposal always reads the newest one. */
export const PROPOSAL_BASE_KEPT_MS = 10_000;
/** How often the state of an open pull request is requested. */
export const PROPOSAL_CHECK_MS = 60_000;
/** Open pull requests whose state one page requests, those first that waited longest; a request takes some 0.2 s. */
export const PROPOSALS_CHECKED_MAX = 20;
/** Connectors on one page of Studio's catalog: some 100 kB of HTML. */
export const CATALOG_ENTRIES_PER_PAGE = 50;
/** Newest proposals among which the catalog looks for open ones. */
export const CATALOG_PROPOSALS_MAX = 1_000;

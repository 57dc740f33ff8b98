/** Limits that several folders read. */

/**
 * One row as the source sends it. A larger row is quarantined without being read completely. 16 MiB is sixteen times the
 * content of one document, so no row that could be sent is refused here.
 */
export const ROW_BYTES_MAX = 16 * 1_048_576;

/** Bytes per batch of rows, so that wide rows make small batches; a single row may exceed it. */
export const BATCH_BYTES_MAX = 4 * 1_048_576;

/** Discovery Engine refuses `content.rawBytes` of more decoded bytes. The same limit applies to the text under NO_CONTENT. */
export const CONTENT_BYTES_MAX = 1_000_000;

/** The complete canonical line of one document: its content, and the same amount for everything else, escaped. */
export const DOCUMENT_BYTES_MAX = 4 * 1_048_576;

/** A document id is a key in the state store (an index entry in Postgres is at most 2,700 bytes). */
export const DOC_ID_BYTES_MAX = 1_024;

/** Discovery Engine accepts at most this many readers per document; a group counts as one. */
export const ACL_PRINCIPALS_MAX = 3_000;

/** A lease not renewed for this long is dead. A commit of 5 M rows into SQLite blocks the process for up to a minute. */
export const LEASE_SECONDS = 120;

/** Connector files of one folder that are read. Ten times the largest folder that the server is measured with. */
export const CONNECTOR_FILES_MAX = 5_000;

/** Ids named in the message about duplicates; a run stops once it has found that many. */
export const DUPLICATE_IDS_NAMED_MAX = 10;

/** The longest wait before a retry; Google counts its quotas per minute. */
export const RETRY_BACKOFF_SECONDS_MAX = 60;

/**
 * The longest `Retry-After` that a run waits for. Google counts its quotas per minute, so a longer one has another cause,
 * and restarting the run by an orchestrator is better.
 */
export const RETRY_AFTER_SECONDS_MAX = 300;

/** Getting an access token from Google, or from the provider that vouches for a workload. */
export const GOOGLE_TOKEN_SECONDS_MAX = 60;

/**
 * Documents deleted one by one. Google does not publish this quota. Ten per second is twice the quota of reads, and
 * leaves room for other connectors of the project; if it is too much, a 429 slows the run down.
 */
export const DISCOVERY_WRITES_PER_MINUTE = 600;

/** Characters kept of a server's error text; a proxy may respond with an HTML page. */
export const SERVER_WORDS_LENGTH_MAX = 300;

/** Newest pending pushes of one document that `explain` names. */
export const EXPLAIN_PUSHES_MAX = 10;

/** Nesting of arrays and objects in a response of an API, or in a JSON column of a database; real data has some ten levels. */
export const JSON_DEPTH_MAX = 500;

/** Steps of a path such as `properties.Name.title[0].plain_text`, which has five; after them, the rest of the path is one key. */
export const PATH_STEPS_MAX = 64;

/** Newest access tokens of one run that are redacted from messages. A server may issue a new one every second. */
export const REDACTED_TOKENS_MAX = 100;

/** Names of columns that a message lists. */
export const FILE_COLUMNS_NAMED_MAX = 50;

/** `Retry-After` of a response when the server is unavailable. */
export const UNAVAILABLE_RETRY_AFTER_SECONDS = 5;
/** Time that requests in flight have after SIGTERM; two seconds below `SHUTDOWN_SECONDS_MAX`, so that the logs of runs can still be stored. */
export const SERVER_DRAIN_SECONDS_MAX = 6;

/**
 * Time for the telemetry of a run once its work is done. With the two limits below it is one second in total, by which an
 * unresponsive Splunk, Teams or trace collector may delay the end of a run.
 */
export const TELEMETRY_FLUSH_MS_MAX = 800;

/** Characters of an error message that telemetry sends; `--json` and the log have the complete text. */
export const TELEMETRY_MESSAGE_CHARACTERS_MAX = 2_000;
/** Characters of any other text of a run that telemetry sends, such as a hint. */
export const TELEMETRY_TEXT_CHARACTERS_MAX = 500;

/** The same problem of a connector is announced once in this time, so that it is seen within a working day, and by each shift. */
export const ALERT_REPEAT_SECONDS = 21_600;

/** Length of a link to a run after substitution; browsers and proxies refuse longer ones. */
export const RUN_URL_CHARACTERS_MAX = 2_000;

/** Length of the push token of a connector, which a person may choose, like `ADMIN_API_KEY`. */
export const PUSH_TOKEN_CHARACTERS_MIN = 16;
/** Different characters in `ADMIN_API_KEY`, `SESSION_SECRET` or a push token. 16 random hex digits have fewer once in 27,000 times. */
export const SECRET_DISTINCT_CHARACTERS_MIN = 6;

/** The value of a managed secret, in bytes of UTF-8. The largest secrets are private keys with their certificates, some 10 kB. */
export const MANAGED_SECRET_BYTES_MAX = 65_536;
/** Characters of the name of a managed secret; as many as of a `secretRef`. */
export const MANAGED_SECRET_NAME_CHARACTERS_MAX = 128;
/** Characters of the note of a managed secret. */
export const MANAGED_SECRET_NOTE_CHARACTERS_MAX = 500;
/** Hosts, and connectors, that one managed secret may be limited to. */
export const MANAGED_SECRET_BINDINGS_MAX = 100;
/** Keys in `MANAGED_SECRET_ENCRYPTION_KEY`: the current one, and old ones until the next rotation. */
export const MANAGED_KEYS_MAX = 20;
/** Different bytes of a key of 32 bytes. A random one has fewer once in 10^15 times; a word that was repeated has fewer. */
export const MANAGED_KEY_DISTINCT_BYTES_MIN = 16;
/** Unreadable secrets that a message names. */
export const MANAGED_SECRETS_NAMED_MAX = 20;

/** Events of one push; a response to that many takes some 100 ms. */
export const PUSH_EVENTS_MAX = 10_000;

/** Rejected events that a response names; it counts all of them. */
export const PUSH_ERRORS_NAMED_MAX = 100;

/** How long an alert counts as announced when Teams did not respond to it in time; it may have been lost. */
export const ALERT_UNANSWERED_SECONDS = 3_600;

/** Documents that `run --dry-run --sample` prints at most; they are in memory together. */
export const SAMPLE_DOCUMENTS_MAX = 100;

/** The most documents of one connector that one `check-drift --repair` deletes; their ids are kept in memory, some 10 MB. */
export const REPAIR_DELETES_MAX = 100_000;
/**
 * How often a run request is begun before it fails: after exit status 75, or after its worker died. With the waits between the
 * attempts, this is about an hour.
 */
export const RUN_REQUEST_ATTEMPTS_MAX = 9;

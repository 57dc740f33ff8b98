/** Every limit of the engine, with its unit in its name and the reason for its value. */

/** Size of a connector file. People write these files; 1 MiB is some 20,000 lines. */
export const CONNECTOR_FILE_BYTES_MAX = 1_048_576;

/**
 * One row as the source sends it. A larger row is quarantined without being read completely. 16 MiB is sixteen times the
 * content of one document, so no row that could be sent is refused here.
 */
export const ROW_BYTES_MAX = 16 * 1_048_576;

/** Rows per batch. 2,000 rows of 600 bytes fit the processor's cache; measurements showed no gain from more. */
export const BATCH_ROWS_MAX = 2_000;

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

/** Discovery Engine refuses an import file of more than 2 GB; a part is closed before it reaches that size. */
export const ARTIFACT_PART_BYTES_MAX = 1_900_000_000;

/** Deletes are held when they are more than the larger of this count ... */
export const DELETE_LIMIT_COUNT_DEFAULT = 25;
/** ... and this share of the documents known before the run. */
export const DELETE_LIMIT_RATIO_DEFAULT = 0.25;

/** Documents that `held.ndjson` lists; all held documents are counted. 10,000 lines are some 400 kB. */
export const HELD_LISTED_MAX = 10_000;

/** Quarantined rows that fail a run: in total, ... */
export const QUARANTINE_COUNT_DEFAULT = 1_000;
/** ... as a share of the rows read (applied only from `QUARANTINE_RATIO_ROWS_MIN` rows on), ... */
export const QUARANTINE_RATIO_DEFAULT = 0.1;
/** ... and consecutively. */
export const QUARANTINE_CONSECUTIVE_DEFAULT = 100;
/** Rows from which the ratio applies: one bad row in a table of five is 20 %, which proves nothing. */
export const QUARANTINE_RATIO_ROWS_MIN = 100;

/** Characters of a value that are quoted in the reason of a quarantined row, such as an invalid list of readers. */
export const QUOTED_VALUE_CHARACTERS_MAX = 100;
/** Examples of each kind of change in a result, including quarantined rows; the artifacts have all of them. */
export const RESULT_SAMPLES_MAX = 5;
/** Text of one field that a quarantine line keeps, enough to find the row. */
export const QUARANTINE_FIELD_BYTES_MAX = 256;

/** A delta query re-reads this much before its checkpoint, so that transactions that commit late are not lost. */
export const WATERMARK_LAG_DEFAULT_SECONDS = 300;
/** The same for a watermark that is a number, such as an identity column. */
export const WATERMARK_LAG_DEFAULT_STEPS = 1_000;

/** A lease not renewed for this long is dead. A commit of 5 M rows into SQLite blocks the process for up to a minute. */
export const LEASE_SECONDS = 120;
/** Attempts to take a lease that end in a database deadlock. Each costs about a second, during which one of the others proceeds. */
export const LEASE_ATTEMPTS_MAX = 5;

/** How often a run renews its lease and checks whether it still holds it. */
export const LEASE_HEARTBEAT_SECONDS = 10;

/** Connecting to a source, unless `source.connectTimeoutSeconds` is set. */
export const SOURCE_CONNECT_SECONDS_DEFAULT = 15;
/** One statement at the source, unless `source.statementTimeoutSeconds` is set; a first load may take an hour. */
export const SOURCE_STATEMENT_SECONDS_DEFAULT = 3_600;

/** Time after SIGTERM in which a run releases its lease and connections; Kubernetes kills after 30 s by default, Kestra earlier. */
export const SHUTDOWN_SECONDS_MAX = 8;

/** Buffer in front of an artifact file. 1 MiB makes system calls rare; measurements showed no gain from a larger one. */
export const PART_BUFFER_BYTES = 1_048_576;

/** Bytes per read of an artifact. */
export const ARTIFACT_READ_BYTES = 262_144;

/** One part of an artifact's name; file systems allow 255 bytes, and a temporary name needs some of them. */
export const ARTIFACT_NAME_PART_BYTES_MAX = 200;

/** Files of one import request; Discovery Engine refuses more. */
export const DISCOVERY_URIS_PER_REQUEST_MAX = 100;

/** Length of a document id in Discovery Engine. */
export const DISCOVERY_DOCUMENT_ID_LENGTH_MAX = 128;

/**
 * Two signals within this time count as one: Ctrl-C reaches the whole process group, and npm forwards its own signal. A
 * person who presses it twice is slower.
 */
export const SIGNAL_REPEAT_MS = 500;

/**
 * A connector file up to this size is checked in the main thread of `validate` or a server: it takes some milliseconds, and starting a
 * thread takes longer.
 */
export const CONNECTOR_IN_PROCESS_BYTES_MAX = 16_384;
/**
 * Time for a thread of `validate` or a server to check one file; 1 MiB takes 0.4 s. A file that takes longer is not used until it
 * changes.
 */
export const CONNECTOR_CHECK_MS_MAX = 5_000;
/** Time for a thread that checks files to start, on a busy machine. */
export const CONNECTOR_WORKER_START_MS_MAX = 30_000;
/** Heap of a thread that checks files, in MiB. 1 MiB of YAML needs some 60. */
export const CONNECTOR_WORKER_HEAP_MB_MAX = 256;

/** Nesting of a connector file; the schema needs six levels, a payload may need more. */
export const CONNECTOR_YAML_DEPTH_MAX = 50;

/** Keys, values and list items of a connector file together. A large connector has some 300. */
export const CONNECTOR_YAML_VALUES_MAX = 10_000;
/** Keys of one mapping in a connector file. The largest that the schema allows has 64; a payload may have more. */
export const CONNECTOR_MAPPING_KEYS_MAX = 1_000;
/** Characters of one key in a connector file. The longest names of labels and headers have some 300. */
export const CONNECTOR_KEY_CHARACTERS_MAX = 1_000;
/** Characters of one string in a connector file that the rules read: the limit of a query and of a template. */
export const CONNECTOR_TEXT_CHARACTERS_MAX = 100_000;
/** Unknown keys of one mapping that are reported one by one; the others are counted. */
export const CONNECTOR_UNKNOWN_KEYS_NAMED_MAX = 20;
/** Missing fields of a query or a file that are reported one by one. */
export const CONNECTOR_FIELDS_NAMED_MAX = 20;
/** Problems of one connector file that are reported; a file with more is another kind of file, or needs a few fixes first. */
export const CONNECTOR_PROBLEMS_MAX = 100;
/** Connector files of one folder that are read. Ten times the largest folder that the server is measured with. */
export const CONNECTOR_FILES_MAX = 5_000;
/** Bytes of all connector files of one folder, the smallest files first. 5,000 files of 6 kB each. */
export const CONNECTOR_FOLDER_BYTES_MAX = 32 * 1_048_576;

/** Characters of one template. A page of text is 3,000. */
export const TEMPLATE_CHARACTERS_MAX = 100_000;

/** Characters and array elements that Liquid creates while it renders one row, as counted by Liquid. */
export const TEMPLATE_MEMORY_MAX = 32 * 1_048_576;

/** Time to render one row: a last resort against nested loops. A real template takes far less than a millisecond on any machine. */
export const TEMPLATE_RENDER_MS_MAX = 5_000;
/** A row whose template takes longer than this counts as slow. */
export const TEMPLATE_SLOW_MS = 1_000;
/** Total time of the slow rows of one run; beyond it the run fails, because the template is at fault. */
export const TEMPLATE_SLOW_TOTAL_MS_MAX = 30_000;
/** Time to render one pushed event. The server processes nothing else during that time. */
export const PUSH_RENDER_MS_MAX = 500;
/** Time to render all events of one push. 10,000 events take some 100 ms. */
export const PUSH_RENDER_TOTAL_MS_MAX = 10_000;

/** The embedded state file has one writer at a time; another process waits this long for the lock. */
export const STATE_BUSY_SECONDS_MAX = 60;

/** Connecting to the state database. */
export const STATE_CONNECT_SECONDS = 15;

/** Attempts of one statement on a Postgres state that fails with a serialization conflict, which strict isolation levels cause. */
export const STATE_CONFLICT_ATTEMPTS_MAX = 10;

/** Connections to a Postgres state: a stream, a write and the heartbeat at the same time, and one in reserve. */
export const STATE_CONNECTIONS_MAX = 4;

/** Fingerprints per page read from an embedded state: 160 kB; measurements showed no gain from larger pages. */
export const STATE_FINGERPRINTS_PER_PAGE = 20_000;

/**
 * Ids whose fingerprints are looked up in one query. Each query reads the whole scope once (0.3 s for 1 M records), so
 * few large groups are faster; their ids take some 10 MB.
 */
export const STATE_IDS_PER_GROUP = 50_000;

/** Runs that a server logs, once each, because their row in the state cannot be read. */
export const UNREADABLE_RUNS_LOGGED_MAX = 1_000;

/**
 * Missing columns for which a column of a similar name is suggested. One comparison takes some microseconds, and a table can
 * have 4,000 columns where a mapping names thousands.
 */
export const RENAMED_COLUMNS_SOUGHT_MAX = 20;

/** Ids named in the message about duplicates; a run stops once it has found that many. */
export const DUPLICATE_IDS_NAMED_MAX = 10;
/** Rows of one duplicate id that the message names by file and line. */
export const DUPLICATE_PLACES_NAMED_MAX = 3;

/** Retries of a request to a service, unless `MAX_RETRIES` is set. With the waits below they take some minutes. */
export const RETRY_ATTEMPTS_DEFAULT = 6;
/** The highest `MAX_RETRIES`. Beyond it, restarting the run by an orchestrator is better. */
export const RETRY_ATTEMPTS_MAX = 50;
/** The wait before the first retry, unless `RETRY_BACKOFF_SECONDS` is set; each further wait is twice as long. */
export const RETRY_BACKOFF_SECONDS_DEFAULT = 1;
/** The longest wait before a retry; Google counts its quotas per minute. */
export const RETRY_BACKOFF_SECONDS_MAX = 60;

/** How often a run checks whether another run has finished its delivery to the same data store. */
export const TURN_POLL_SECONDS = 2;
/** ... and how long it waits before it leaves its delivery to a later run. */
export const TURN_WAIT_SECONDS_MAX = 3_600;

/** Rejected documents written in one statement; SQLite accepts no more rows in the form in which knex writes them. */
export const STATE_REJECTIONS_PER_STATEMENT = 500;

/** The wait before the first poll of an operation of Discovery Engine; the smallest operations take some seconds. */
export const OPERATION_POLL_SECONDS_FIRST = 2;
/** The longest interval between two polls of an operation; many take minutes, some take hours. */
export const OPERATION_POLL_SECONDS_MAX = 30;
/** How long a run waits for one operation before it leaves the operation to the next run. */
export const OPERATION_WAIT_SECONDS_MAX = 3_600;
/** Attempts of a request whose response was lost, or whose operation ended with a transient error. */
export const OPERATION_ATTEMPTS_MAX = 3;
/**
 * Clock difference between two machines that is tolerated when an operation is matched to a step that an older version
 * recorded without a marker. An operation that appears even older than its step belongs to an earlier use of the same run
 * id.
 */
export const UNMARKED_STEP_CLOCK_SECONDS_MAX = 60;
/** Attempts of a request while Discovery Engine reports that it is busy with another one, or in a state that does not allow it. */
export const OPERATION_BUSY_ATTEMPTS_MAX = 5;

/** Failures of one operation that are read and matched to documents; with more, all of its documents are sent again. They take some 30 MB. */
export const DELIVERY_FAILURES_READ_MAX = 100_000;
/** Rejected documents per write to the state. */
export const REJECTIONS_PER_SAVE = 1_000;
/** Rejected documents named in a summary; the state has all of them. */
export const REJECTED_SAMPLES_MAX = 5;

/** How long a refused permission to purge is remembered; after that, it is tested again. */
export const PURGE_REFUSAL_HOURS = 24;
/** Single deletes in progress at the same time. */
export const DELETES_PARALLEL = 8;
/** Single deletes between two saves of their progress. */
export const DELETES_PER_STEP = 500;

/** Documents of one inline request, which Google recommends not to exceed. */
export const INLINE_DOCUMENTS_MAX = 100;
/** Bytes of one inline request. Google documents no limit; its other APIs accept 10 MB. */
export const INLINE_BYTES_MAX = 8_000_000;
/**
 * The longest `Retry-After` that a run waits for. Google counts its quotas per minute, so a longer one has another cause,
 * and restarting the run by an orchestrator is better.
 */
export const RETRY_AFTER_SECONDS_MAX = 300;

/** Getting an access token from Google, or from whoever vouches for a workload. */
export const GOOGLE_TOKEN_SECONDS_MAX = 60;
/** One response of Google, apart from the content of objects. The largest expected ones are pages of names, error samples and documents, about a megabyte. */
export const GOOGLE_ANSWER_BYTES_MAX = 8 * 1_048_576;

/** Google's default quota of imports from Cloud Storage, for a whole project. */
export const DISCOVERY_IMPORTS_PER_MINUTE = 5;
/** Google's default quota of inline imports and of purges, for a whole project. */
export const DISCOVERY_BATCHES_PER_MINUTE = 100;
/** Google's default quota of document reads, for a whole project; polling and all other reads count too. */
export const DISCOVERY_READS_PER_MINUTE = 300;
/**
 * Documents deleted one by one. Google does not publish this quota. Ten per second is twice the quota of reads, and
 * leaves room for other connectors of the project; if it is too much, a 429 slows the run down.
 */
export const DISCOVERY_WRITES_PER_MINUTE = 600;

/** One attempt to submit an import, which Google may process before it answers; Google's own client waits as long. */
export const DISCOVERY_IMPORT_SECONDS_MAX = 300;
/** One attempt of any other request; Google's own client waits 30 s. */
export const DISCOVERY_REQUEST_SECONDS_MAX = 60;
/** Characters of a server's text that are quoted in an error or in the reason of a rejected document; Google's longest known texts have some 300. */
export const DISCOVERY_WORDS_CHARACTERS_MAX = 500;
/**
 * Bytes of one request of an upload to Cloud Storage, a multiple of 256 KiB as it asks. A writer holds two of them: one
 * fills while the other is sent. Measured at 50 ms from the server: 4 MiB 63 MB/s, 8 MiB 82 MB/s, 16 MiB 111 MB/s.
 */
export const GCS_CHUNK_BYTES = 8 * 1_048_576;
/** Bytes of an object that one request reads, and that are held in memory while they are used. */
export const GCS_READ_BYTES = 4 * 1_048_576;
/** One request to Cloud Storage. The longest transfers 8 MiB, which takes 67 s at 1 Mbit/s. */
export const GCS_REQUEST_SECONDS_MAX = 120;
/**
 * A download without data for this long is aborted and resumed, long before its time is over.
 */
export const GCS_READ_IDLE_SECONDS_MAX = 20;
/** Objects deleted at the same time when a folder is cleared. */
export const GCS_DELETES_AT_ONCE = 16;
/** Characters kept of a server's error text; a proxy may respond with an HTML page. */
export const SERVER_WORDS_LENGTH_MAX = 300;

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
/** Newest pending pushes of one document that `explain` names. */
export const EXPLAIN_PUSHES_MAX = 10;
/** Document ids per page read from the state when `explain` is given a digest; 10 MB of the longest ids. */
export const EXPLAIN_IDS_PER_PAGE = 10_000;
/** Nesting of arrays and objects in a response of an API, or in a JSON column of a database; real data has some ten levels. */
export const JSON_DEPTH_MAX = 500;
/** Bytes of one page of an API, decompressed. It is in memory once; a page of 100 records has some 300 kB. */
export const HTTP_PAGE_BYTES_MAX = 32 * 1_048_576;
/** Bytes of a response that is not a page: an error or a token. */
export const HTTP_WORDS_BYTES_MAX = 1_048_576;
/** How long the body of a response that is not a success is read; its status code is used in any case. */
export const HTTP_WORDS_SECONDS_MAX = 2;
/** Content codings of one response, such as `gzip, br`; each costs the time and memory of a page. */
export const CONTENT_CODINGS_MAX = 4;
/** Characters kept of an API's error text; it may be an HTML page. */
export const HTTP_WORDS_CHARACTERS_MAX = 300;
/** Connecting to an API, TLS and proxy included. */
export const HTTP_CONNECT_SECONDS = 15;
/** One request to an API with its complete response, unless `source.requestTimeoutSeconds` is set. */
export const HTTP_REQUEST_SECONDS_DEFAULT = 60;
/** Redirects of one request; one or two are usual, more are a loop. */
export const HTTP_REDIRECTS_MAX = 5;
/** Pages of one listing, unless `source.pagination.maxPages` is lower. Some 100 bytes per page are kept to detect loops. */
export const HTTP_PAGES_MAX = 100_000;
/** Pages that one run reads of a resumable listing, unless `source.pagesPerRun` is set. */
export const HTTP_PAGES_PER_RUN_DEFAULT = 100;
/** Bytes of the records of a listing of changes that are held until its end; the rest goes into a temporary file. */
export const HTTP_CHANGES_HELD_BYTES_MAX = 8 * 1_048_576;
/** A token is replaced this long before it expires, so that it does not expire during a request. */
export const OAUTH_SKEW_SECONDS = 60;
/** Newest access tokens of one run that are redacted from messages. A server may issue a new one every second. */
export const REDACTED_TOKENS_MAX = 100;

/**
 * Wildcards such as `*` in one part of `source.glob`. The time to match a file name can grow with this power of its length: 255
 * characters took 9 ms with three wildcards and 600 ms with four.
 */
export const GLOB_WILDCARDS_MAX = 3;
/** Parts of `source.glob` that are `**`; the same holds for the folders of a path, of which there can be 2,000. */
export const GLOB_FOLDER_WILDCARDS_MAX = 2;
/** Files of one listing. Some 500 bytes per file are held in memory, and each file is opened twice. */
export const FILE_COUNT_MAX = 100_000;
/**
 * A file that was modified within this time may still be incomplete: a copy over a slow network pauses for some seconds,
 * and the clock of a file server may differ from that of this machine by one or two.
 */
export const FILE_AGE_SECONDS_MIN = 10;
/** The header of a CSV file. 16,384 columns, the most that a spreadsheet has, with 64 bytes each. */
export const FILE_HEADER_BYTES_MAX = 1_048_576;
/** Bytes per read of a file. */
export const FILE_READ_BYTES = 65_536;
/** Names of columns that a message lists. */
export const FILE_COLUMNS_NAMED_MAX = 50;

/** Body of a request to the server, unless its route has a limit of its own. */
export const HTTP_BODY_BYTES_MAX = 1_048_576;
/** A part of a path, such as a connector's name (64) or a run id (100). */
export const HTTP_PATH_PART_CHARACTERS_MAX = 256;
/** From the first to the last byte of a request; a slower client would occupy a connection. */
export const HTTP_REQUEST_READ_SECONDS_MAX = 60;
/** From a connection's first byte to the end of the headers. */
export const HTTP_HEADERS_SECONDS_MAX = 10;
/**
 * A connection without any data in either direction, such as one of a client that does not read its responses. This is
 * twice the time that a push may wait for an embedded database that another process writes to.
 */
export const HTTP_STANDSTILL_SECONDS_MAX = 120;
/**
 * A server closes a Postgres connection that was silent for this long. Its statements take milliseconds, and clients do
 * not wait much longer.
 */
export const SERVER_STATE_SILENCE_SECONDS_MAX = 20;
/**
 * How often overdue requests are checked for. Node's default of 30 s would turn the 10 s for headers into 40.
 */
export const HTTP_LATE_LOOK_SECONDS = 5;
/**
 * Path and headers of one request; more is answered with 431. The number of headers is not limited: Node would silently
 * drop the last ones, which a proxy may have added.
 */
export const HTTP_HEADERS_BYTES_MAX = 16_384;
/** A connection without a request; more than the 60 s of usual load balancers, so that they close first. */
export const HTTP_IDLE_SECONDS_MAX = 65;
/** `Retry-After` of a response when the server is unavailable. */
export const UNAVAILABLE_RETRY_AFTER_SECONDS = 5;
/** Time that requests in flight have after SIGTERM; two seconds below `SHUTDOWN_SECONDS_MAX`, so that the logs of runs can still be stored. */
export const SERVER_DRAIN_SECONDS_MAX = 6;
/** Minimum interval between two scans of the folder of connectors. Scanning 500 files takes 5 ms. */
export const CATALOG_LOOK_MS = 2_000;

/** Concurrent runs that one server starts by "run now"; each is a process of some 130 MB. */
export const STARTED_RUNS_MAX = 4;
/** Characters kept from the end of a run's log: some 1,000 lines. */
export const RUN_LOG_CHARACTERS_MAX = 262_144;
/** How often the log of a run in progress is stored, so that it can be followed. */
export const RUN_LOG_KEEP_MS = 2_000;

/** Connectors that `check-drift --live` checks in parallel: enough that one which does not respond delays few others. */
export const DRIFT_CONNECTORS_AT_ONCE = 4;

/** Length of an ETag that is kept. An ETag has some 50 characters; a far longer one is not kept, because every run of the connector would send it. */
export const HTTP_VALIDATOR_CHARACTERS_MAX = 1_000;
/**
 * A Last-Modified is used only if it is this much older than its response. It has whole seconds, so a second change in
 * the same second would be missed, and its clock may differ from that of the response.
 */
export const HTTP_LAST_MODIFIED_AGE_SECONDS_MIN = 60;

/** Postgres connections of a server that receives pushes: this many writes wait for the disk together. */
export const PUSH_CONNECTIONS_MAX = 10;
/** Pushed events per page, ... */
export const PUSH_EVENTS_PER_PAGE = 1_000;
/** ... unless their documents are large: bytes of one page, which one document may exceed. */
export const PUSH_PAGE_BYTES = 4 * 1_048_576;
/** Pushed batches whose events become rows in one transaction, so that a killed run need not start over. */
export const PUSH_UNFOLD_BATCHES = 1_000;
/** Expired batches removed in one statement, some milliseconds each. */
export const PUSH_PURGE_BATCHES = 1_000;

/**
 * Time for the telemetry of a run once its work is done. With the two limits below it is one second in total, by which an
 * unresponsive Splunk, Teams or trace collector may delay the end of a run.
 */
export const TELEMETRY_FLUSH_MS_MAX = 800;
/** Time after that to record the outcome of an alert and to close connections. */
export const TELEMETRY_SETTLE_MS_MAX = 100;
/** Time that a process may continue after its command is done: a host name lookup, for example, cannot be aborted. */
export const PROCESS_LINGER_MS_MAX = 100;
/** One telemetry request while the run is in progress; a healthy Splunk responds within a second. */
export const TELEMETRY_REQUEST_SECONDS_MAX = 10;
/** The wait before the first retry of such a request; each further wait can be twice as long, up to a minute. */
export const TELEMETRY_BACKOFF_SECONDS = 1;
/** The same at the end of a run: four attempts fit into the remaining time. */
export const TELEMETRY_FLUSH_BACKOFF_SECONDS = 0.1;
/** Bytes of a response that telemetry reads; those of Splunk and Teams have a few hundred. */
export const TELEMETRY_ANSWER_BYTES_MAX = 65_536;
/** Characters of an error message that telemetry sends; `--json` and the log have the complete text. */
export const TELEMETRY_MESSAGE_CHARACTERS_MAX = 2_000;
/** Characters of any other text of a run that telemetry sends, such as a hint. */
export const TELEMETRY_TEXT_CHARACTERS_MAX = 500;
/** Events of one run are collected for this long, so that a short run makes one request. */
export const SPLUNK_GATHER_MS = 1_000;
/** How often a run polls whether Splunk has indexed the accepted events; Splunk itself checks about as often. */
export const SPLUNK_ACK_POLL_SECONDS = 10;
/** Events that Splunk accepted and has not indexed after this time are sent again, as its documentation advises. */
export const SPLUNK_ACK_SECONDS_MAX = 300;
/** The same problem of a connector is announced once in this time, so that it is seen within a working day, and by each shift. */
export const ALERT_REPEAT_SECONDS = 21_600;
/** A run that claimed an alert and died blocks it for this long before another run sends it. */
export const ALERT_CLAIM_SECONDS = 60;
/** Time to query the state for earlier alerts. After that the alert is sent in any case: twice is better than never. */
export const ALERT_MEMORY_MS_MAX = 300;
/** Size of a message; Teams refuses a larger one. */
export const TEAMS_MESSAGE_BYTES_MAX = 28 * 1_024;
/** Length of a link to a run after substitution; browsers and proxies refuse longer ones. */
export const RUN_URL_CHARACTERS_MAX = 2_000;

/** Length of the name of a key. */
export const KEY_NAME_CHARACTERS_MAX = 100;
/** The longest lifetime of a key: ten years. For a longer one, create a key that never expires. */
export const KEY_DAYS_MAX = 3_650;
/** Length of `ADMIN_API_KEY`, which a person may choose: 16 random letters cannot be guessed, and 12 letters of a word can. */
export const ADMIN_KEY_CHARACTERS_MIN = 16;
/** Length of `SESSION_SECRET`, which signs session cookies: 32 characters of base64 are 192 bits. */
export const SESSION_SECRET_CHARACTERS_MIN = 32;
/** Length of the push token of a connector, which a person may choose, like `ADMIN_API_KEY`. */
export const PUSH_TOKEN_CHARACTERS_MIN = 16;
/** Different characters in `ADMIN_API_KEY`, `SESSION_SECRET` or a push token. 16 random hex digits have fewer once in 27,000 times. */
export const SECRET_DISTINCT_CHARACTERS_MIN = 6;
/** How long the validity of a key or session is cached: a key may still work for this long after `keys revoke`. */
export const KEY_CACHE_MS = 2_000;
/** Keys and sessions in that cache; some 500 bytes each. */
export const KEY_CACHE_ENTRIES_MAX = 5_000;
/** The last use of a key is recorded at most this often, so that not every request writes to the database. */
export const KEY_USE_SECONDS = 3_600;
/** Characters of a received key; ours have 60, and tokens of other systems have a few hundred. */
export const KEY_CHARACTERS_MAX = 4_096;
/** Requests of one key or session per minute: ten per second, and one push may contain hundreds of documents. */
export const CALLER_REQUESTS_PER_MINUTE = 600;
/** Callers whose requests are counted at the same time; one more resets the count of the least recent caller. */
export const CALLERS_COUNTED_MAX = 5_000;
/** Random share by which a `Retry-After` is extended, so that clients do not return in the same second. */
export const RETRY_AFTER_SPREAD_RATIO = 0.5;
/** Wrong keys from one address, or one /64 of IPv6, in a minute; later ones are delayed. 16 random letters are 4e22 guesses. */
export const FAILED_ATTEMPTS_PER_MINUTE = 10;
/** Beyond the limit, each further wrong or delayed key of an address adds this delay to the next comparison. */
export const WRONG_KEY_DELAY_STEP_MS = 100;
/** The longest delay: a valid key from the same address is still accepted before its client times out. */
export const WRONG_KEY_DELAY_MS_MAX = 3_000;
/** Requests whose comparison is delayed at the same time; some 20 KB each. One more ends the delay of the oldest early. */
export const DELAYED_COMPARISONS_MAX = 2_000;
/** Addresses whose wrong keys are counted separately within a minute; further addresses share one count. */
export const WRONG_KEY_ADDRESSES_MAX = 1_000;
/** An IPv6 address has at most 45 characters; a longer value from a proxy is truncated. */
export const WRONG_KEY_ADDRESS_CHARACTERS_MAX = 64;
/** How long the result of `/readyz` is cached: requests within this time share one database query. */
export const READY_CACHE_MS = 1_000;
/** How long a form may stay open before its token expires, also for users of a proxy, whose session never expires here. */
export const FORM_TOKEN_HOURS_MAX = 12;
/** A session expires this long after its login in any case: a working day. */
export const SESSION_SECONDS_MAX = 43_200;
/** A session expires after this long without a request. */
export const SESSION_IDLE_SECONDS_MAX = 7_200;
/**
 * How far ahead of its own clock a server accepts the times of a session, which another server of the same database may have
 * written. Clocks that differ by less shorten or prolong a session by the difference; clocks that differ by more refuse it.
 */
export const SESSION_AHEAD_SECONDS_MAX = 900;
/** The last activity in the session cookie is updated at most this often. */
export const SESSION_RENEW_SECONDS = 300;
/** How long a login form may be left open. */
export const LOGIN_FORM_SECONDS_MAX = 3_600;
/** Body of the login form: the longest key, percent-encoded, and a path. */
export const LOGIN_BODY_BYTES_MAX = 16_384;
/** The path to return to after a login, query included; browsers and proxies truncate longer ones. */
export const RETURN_PATH_CHARACTERS_MAX = 2_000;
/** The user name that a proxy sends; the longest e-mail address has 254 characters. */
export const SIGN_ON_USER_CHARACTERS_MAX = 254;

/** Default time window of Ops: a night, and the evening before it. */
export const OPS_WINDOW_HOURS_DEFAULT = 24;
/** The longest time window of Ops: a leap year. */
export const OPS_WINDOW_HOURS_MAX = 8_784;
/** Default number of runs on a page of Ops. */
export const OPS_RUNS_DEFAULT = 50;
/** Runs in one response of Ops, some 600 bytes each. */
export const OPS_RUNS_MAX = 500;
/** The highest offset of a list of runs in Ops; the index is read that far. */
export const OPS_OFFSET_MAX = 1_000_000;
/** Runs of a connector that its page shows: two and a half days of an hourly schedule. */
export const OPS_HISTORY_RUNS = 60;
/** Rejected documents that the page of a run shows; `explain` shows any other. */
export const OPS_REJECTED_MAX = 100;
/** Pushes that the page of a connector lists, the newest. */
export const OPS_PUSHES_SHOWN = 10;
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
/** Connectors on the overview page, those that need attention first; a link shows all. */
export const OPS_CONNECTORS_SHOWN = 100;
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

/** Body of a push in JSON, which is held in memory completely: some 10,000 events of 1 kB. */
export const PUSH_JSON_BODY_BYTES_MAX = 10 * 1_048_576;
/** Body of a push in NDJSON, which is read event by event. */
export const PUSH_NDJSON_BODY_BYTES_MAX = 50 * 1_048_576;
/** Documents of one push in the form in which the queue stores them. They are in memory until they are stored, all or none. */
export const PUSH_BATCH_BYTES_MAX = 64 * 1_048_576;
/** Bodies and documents of all pushes that are being received at once; beyond it, pushes are answered 503 and must be retried. */
export const PUSH_MEMORY_BYTES_MAX = 256 * 1_048_576;
/** Events of one push; a response to that many takes some 100 ms. */
export const PUSH_EVENTS_MAX = 10_000;
/** Lines of a push in NDJSON, those without an event included: 50 MiB of line breaks took 14 s of a processor. */
export const PUSH_LINES_MAX = 20_000;
/** The share of `PUSH_MEMORY_BYTES_MAX` for pushes to one connector, so that one producer does not block the others. */
export const PUSH_CONNECTOR_MEMORY_BYTES_MAX = 128 * 1_048_576;
/** One event as it is sent: the limit of a complete document. */
export const PUSH_EVENT_BYTES_MAX = 4 * 1_048_576;
/** One field of an event as it is sent: the largest content (`CONTENT_BYTES_MAX`), of letters that are all escaped. */
export const PUSH_FIELD_BYTES_MAX = 2 * 1_048_576;
/** Nesting of arrays and objects in an event; real events have some five levels. */
export const PUSH_DEPTH_MAX = 32;
/** Events between two pauses in which other requests are processed; 200 take some milliseconds. */
export const PUSH_EVENTS_PER_TURN = 200;
/** Time between two such pauses, for events whose templates are slow. */
export const PUSH_MS_PER_TURN = 50;
/** Bytes of events between two such pauses. */
export const PUSH_BYTES_PER_TURN = 1_048_576;
/** Keys of one object in an event; the position of each takes some 100 bytes of memory while the event is read. */
export const PUSH_KEYS_MAX = 10_000;
/** Buffers kept for later pushes: as many as pushes that are stored at the same time. */
export const PUSH_BUFFERS_KEPT = 10;
/** A larger buffer is not kept; a push of 100 events of 1 kB needs an eighth. */
export const PUSH_BUFFER_KEPT_BYTES_MAX = 1_048_576;
/** Rejected events that a response names; it counts all of them. */
export const PUSH_ERRORS_NAMED_MAX = 100;
/** Characters of a producer's text, such as the name of a field, that a response quotes. */
export const PUSH_WORDS_CHARACTERS_MAX = 100;
/** Characters of an `Idempotency-Key`; a UUID has 36. */
export const PUSH_KEY_CHARACTERS_MAX = 200;
/** How long a repeated push gets the original answer: a weekend, and Monday to notice. */
export const PUSH_KEY_HOURS = 72;
/**
 * How long the time of a deleted document is kept where `source.ordering` is `updated_at`: webhook senders retry for some
 * days. An older event that arrives after this time restores the document.
 */
export const PUSH_TOMBSTONE_DAYS = 30;
/** Pending events of one connector; beyond it, pushes are refused. */
export const PUSH_PENDING_EVENTS_MAX = 1_000_000;
/** How long the length of a queue is cached; events that this server adds in the meantime are counted. */
export const PUSH_DEPTH_LOOK_MS = 1_000;
/** `Retry-After` of a response when the queue is full: runs drain it every few minutes. */
export const PUSH_FULL_RETRY_AFTER_SECONDS = 30;
/** How often a server removes delivered events from the queue. */
export const PUSH_PURGE_MINUTES = 60;

/** Minimum interval between warnings about one revoked or expired key. */
export const REFUSED_KEY_REPEAT_SECONDS = 3_600;
/** Warnings about refused keys per minute; at 300 bytes each, an attack from many addresses writes 9 MB per day. */
export const REFUSED_KEY_WARNINGS_PER_MINUTE = 20;

/** How long an alert counts as announced when Teams did not respond to it in time; it may have been lost. */
export const ALERT_UNANSWERED_SECONDS = 3_600;

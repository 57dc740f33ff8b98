/** Every limit of the engine, with its unit in its name and the reason for the number. */

/** A connector file is written by people; 1 MiB is some 20,000 lines. */
export const CONNECTOR_FILE_BYTES_MAX = 1_048_576;

/**
 * One row as the source sends it. A larger one is quarantined without being read whole. 16 MiB is sixteen times what
 * one document may hold, so nothing that could be sent is refused here.
 */
export const ROW_BYTES_MAX = 16 * 1_048_576;

/** Rows handed on together. 2,000 rows of 600 bytes fit the processor's cache; more gained nothing when measured. */
export const BATCH_ROWS_MAX = 2_000;

/** Bytes of rows handed on together, so that wide rows make small batches; one row may exceed it. */
export const BATCH_BYTES_MAX = 4 * 1_048_576;

/** Discovery Engine refuses `content.rawBytes` of more decoded bytes. Under NO_CONTENT the text is held to the same. */
export const CONTENT_BYTES_MAX = 1_000_000;

/** The whole canonical line of one document: its content, and as much again for everything else, escaped. */
export const DOCUMENT_BYTES_MAX = 4 * 1_048_576;

/** A document id is a key in the state store (an index entry in Postgres is at most 2,700 bytes). */
export const DOC_ID_BYTES_MAX = 1_024;

/** Discovery Engine accepts at most this many readers per document; a group counts as one. */
export const ACL_PRINCIPALS_MAX = 3_000;

/** Discovery Engine refuses an import file of more than 2 GB; a part is closed before it gets there. */
export const ARTIFACT_PART_BYTES_MAX = 1_900_000_000;

/** Deletes are held when they are more than the larger of this count ... */
export const DELETE_LIMIT_COUNT_DEFAULT = 25;
/** ... and this share of the documents known before the run. */
export const DELETE_LIMIT_RATIO_DEFAULT = 0.25;

/** Documents that `held.ndjson` names; all that are held are counted. 10,000 lines are some 400 kB. */
export const HELD_LISTED_MAX = 10_000;

/** Quarantined rows that fail a run: in all, ... */
export const QUARANTINE_COUNT_DEFAULT = 1_000;
/** ... as a share of the rows read (looked at only from `QUARANTINE_RATIO_ROWS_MIN` rows on), ... */
export const QUARANTINE_RATIO_DEFAULT = 0.1;
/** ... and one after the other. */
export const QUARANTINE_CONSECUTIVE_DEFAULT = 100;
/** One bad row in a table of five is 20 %, which says nothing. */
export const QUARANTINE_RATIO_ROWS_MIN = 100;

/** Characters of a value that the reason of a quarantined row repeats, such as readers that are not names. */
export const QUOTED_VALUE_CHARACTERS_MAX = 100;
/** Examples of each kind of change that a result shows, quarantined rows among them; the artifacts hold all of them. */
export const RESULT_SAMPLES_MAX = 5;
/** Text of one field kept in a quarantine line, enough to find the row. */
export const QUARANTINE_FIELD_BYTES_MAX = 256;

/** A delta query re-reads this much before its checkpoint, so that transactions that commit late are not lost. */
export const WATERMARK_LAG_DEFAULT_SECONDS = 300;
/** The same for a watermark that is a number, such as an identity column. */
export const WATERMARK_LAG_DEFAULT_STEPS = 1_000;

/** A lease not renewed for this long is dead. A commit of 5 M rows into SQLite blocks the process for up to a minute. */
export const LEASE_SECONDS = 120;
/** Attempts to take a lease that end in a deadlock of the database; each costs it a second, and one of the others has gone on. */
export const LEASE_ATTEMPTS_MAX = 5;

/** How often a run renews its lease and looks whether it still holds it. */
export const LEASE_HEARTBEAT_SECONDS = 10;

/** Connecting to a source, unless `source.connectTimeoutSeconds` says otherwise. */
export const SOURCE_CONNECT_SECONDS_DEFAULT = 15;
/** One statement at the source, unless `source.statementTimeoutSeconds` says otherwise; a first load may take an hour. */
export const SOURCE_STATEMENT_SECONDS_DEFAULT = 3_600;

/** After SIGTERM a run has this long to release what it holds; Kubernetes kills after 30 s by default, Kestra earlier. */
export const SHUTDOWN_SECONDS_MAX = 8;

/** Lines gathered before an artifact is written to. 1 MiB makes a system call rare; a larger one gained nothing when measured. */
export const PART_BUFFER_BYTES = 1_048_576;

/** Bytes read from an artifact at once. */
export const ARTIFACT_READ_BYTES = 262_144;

/** One part of an artifact's name; file systems allow 255 bytes, and a temporary name needs some of them. */
export const ARTIFACT_NAME_PART_BYTES_MAX = 200;

/** Discovery Engine refuses a request that lists more files. */
export const DISCOVERY_URIS_PER_REQUEST_MAX = 100;

/** Discovery Engine's document ids. */
export const DISCOVERY_DOCUMENT_ID_LENGTH_MAX = 128;

/**
 * Two signals closer than this are one: a Ctrl-C reaches the whole process group, and npm passes its own on. A person who
 * means it twice is slower.
 */
export const SIGNAL_REPEAT_MS = 500;

/** What a server checks in its own thread: a connector file of 16 KiB takes some milliseconds, and a thread longer to start. */
export const CONNECTOR_IN_PROCESS_BYTES_MAX = 16_384;
/** For one file that a thread of the server checks; 1 MiB takes 0.4 s. One that takes longer is not used until it changes. */
export const CONNECTOR_CHECK_MS_MAX = 5_000;
/** For a thread that checks files to start, on a machine that is busy. */
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
/** Characters of one text in a connector file that the rules read: as much as a query or a template may have. */
export const CONNECTOR_TEXT_CHARACTERS_MAX = 100_000;
/** Unknown keys of one mapping that are reported one by one; the others are counted. */
export const CONNECTOR_UNKNOWN_KEYS_NAMED_MAX = 20;
/** Fields that a query or a file does not have, reported one by one. */
export const CONNECTOR_FIELDS_NAMED_MAX = 20;
/** Problems of one connector file that are reported; a file with more is another kind of file, or needs a few fixes first. */
export const CONNECTOR_PROBLEMS_MAX = 100;
/** Connector files of one folder that are read. Ten times the largest folder that the server is measured with. */
export const CONNECTOR_FILES_MAX = 5_000;
/** Bytes of all connector files of one folder, the smallest files first. 5,000 files of 6 kB each. */
export const CONNECTOR_FOLDER_BYTES_MAX = 32 * 1_048_576;

/** Characters of one template. A page of text is 3,000. */
export const TEMPLATE_CHARACTERS_MAX = 100_000;

/** Liquid's own count of characters and array elements made while one row is rendered. */
export const TEMPLATE_MEMORY_MAX = 32 * 1_048_576;

/** Last resort against loops inside loops; a real template takes far less than a millisecond on any machine. */
export const TEMPLATE_RENDER_MS_MAX = 5_000;
/** A row whose template takes longer than this counts as slow. */
export const TEMPLATE_SLOW_MS = 1_000;
/** Time that the slow rows of one run may take together; then the run fails, because the template is wrong. */
export const TEMPLATE_SLOW_TOTAL_MS_MAX = 30_000;
/** The template of one pushed event. The server does nothing else meanwhile. */
export const PUSH_RENDER_MS_MAX = 500;
/** The templates of all events of one push. 10,000 events take some 100 ms. */
export const PUSH_RENDER_TOTAL_MS_MAX = 10_000;

/** The embedded state file has one writer at a time; another process waits this long for its turn. */
export const STATE_BUSY_SECONDS_MAX = 60;

/** Connecting to the state database. */
export const STATE_CONNECT_SECONDS = 15;

/** Attempts of one statement on a Postgres state that lost a race with another one, under an isolation level that makes it fail. */
export const STATE_CONFLICT_ATTEMPTS_MAX = 10;

/** Connections to a Postgres state: a stream, a write and the heartbeat at the same time, and one to spare. */
export const STATE_CONNECTIONS_MAX = 4;

/** Fingerprints read together from an embedded state: 160 kB of them; larger pages gained nothing when measured. */
export const STATE_FINGERPRINTS_PER_PAGE = 20_000;

/**
 * Fingerprints looked up together. Each group reads the whole scope once (0.3 s for 1 M records), so few large groups;
 * their ids together take some 10 MB.
 */
export const STATE_IDS_PER_GROUP = 50_000;

/** Runs that a server logs, once each, because their row in the state cannot be read. */
export const UNREADABLE_RUNS_LOGGED_MAX = 1_000;

/** Ids named in the message about duplicates; a run stops once it has found as many. */
export const DUPLICATE_IDS_NAMED_MAX = 10;
/** Rows of one id that the message about duplicates names by file and line. */
export const DUPLICATE_PLACES_NAMED_MAX = 3;

/** Times that a request to a service is tried again, unless `MAX_RETRIES` says otherwise: with the waits below, some minutes. */
export const RETRY_ATTEMPTS_DEFAULT = 6;
/** Beyond this an orchestrator that starts the run again is the better loop. */
export const RETRY_ATTEMPTS_MAX = 50;
/** The first wait before trying again, unless `RETRY_BACKOFF_SECONDS` says otherwise; each further one is twice as long. */
export const RETRY_BACKOFF_SECONDS_DEFAULT = 1;
/** Of one wait; a quota of Google's is counted by the minute. */
export const RETRY_BACKOFF_SECONDS_MAX = 60;

/** A run that waits for another one to finish its delivery to the same data store looks this often. */
export const TURN_POLL_SECONDS = 2;
/** ... and gives up after this long, to be finished by a later run. */
export const TURN_WAIT_SECONDS_MAX = 3_600;

/** Rejected documents written in one statement; SQLite takes no more rows at once, the way that knex writes them. */
export const STATE_REJECTIONS_PER_STATEMENT = 500;

/** The first look at an operation of Discovery Engine comes after this; the smallest ones take some seconds. */
export const OPERATION_POLL_SECONDS_FIRST = 2;
/** Between two looks at an operation; many take minutes, some hours. */
export const OPERATION_POLL_SECONDS_MAX = 30;
/** A run waits for one operation this long, then leaves the waiting to the next run. */
export const OPERATION_WAIT_SECONDS_MAX = 3_600;
/** Times that a run makes a request whose answer was lost, or whose operation ended with an error that may pass. */
export const OPERATION_ATTEMPTS_MAX = 3;
/**
 * Seconds by which an operation may seem older than the step of an older version that asked for it, because the clocks of two
 * machines differ. One that seems even older belongs to an earlier use of the same run id.
 */
export const UNMARKED_STEP_CLOCK_SECONDS_MAX = 60;
/** Times that a request is made while Discovery Engine says that it is busy with another one, or in a state that does not allow it. */
export const OPERATION_BUSY_ATTEMPTS_MAX = 5;

/** Failures of one operation that are read and told apart; with more, all of its documents are sent again. Some 30 MB. */
export const DELIVERY_FAILURES_READ_MAX = 100_000;
/** Rejected documents handed to the state together. */
export const REJECTIONS_PER_SAVE = 1_000;
/** Rejected documents named in a summary; the state has all of them. */
export const REJECTED_SAMPLES_MAX = 5;

/** A caller that may not purge is not asked again for this long; then its role may have grown. */
export const PURGE_REFUSAL_HOURS = 24;
/** Single deletes at the same time. */
export const DELETES_PARALLEL = 8;
/** Single deletes between two notes of how far they got. */
export const DELETES_PER_STEP = 500;

/** Documents of one inline request, which Google recommends not to exceed. */
export const INLINE_DOCUMENTS_MAX = 100;
/** Bytes of one inline request. Google names no limit; its other APIs take 10 MB. */
export const INLINE_BYTES_MAX = 8_000_000;
/**
 * The longest `Retry-After` that a run waits for. Google counts its quotas by the minute, so a longer one means something
 * else, and an orchestrator that starts the run again is the better loop.
 */
export const RETRY_AFTER_SECONDS_MAX = 300;

/** Google's default quota of imports from Cloud Storage, for a whole project. */
export const DISCOVERY_IMPORTS_PER_MINUTE = 5;
/** Google's default quota of inline imports and of purges, for a whole project. */
export const DISCOVERY_BATCHES_PER_MINUTE = 100;
/** Google's default quota of document reads, for a whole project; polling and everything else that reads counts here too. */
export const DISCOVERY_READS_PER_MINUTE = 300;
/**
 * Documents deleted one by one. Google does not publish this quota. Ten a second is twice what the quota of reads allows,
 * and leaves room for other connectors of the project; where it is too much, a 429 slows the run down.
 */
export const DISCOVERY_WRITES_PER_MINUTE = 600;

/** One attempt to submit an import, which Google may process before it answers; Google's own client waits as long. */
export const DISCOVERY_IMPORT_SECONDS_MAX = 300;
/** One attempt of any other request, or to get a token; Google's own client waits 30 s. */
export const DISCOVERY_REQUEST_SECONDS_MAX = 60;
/** One answer. The largest expected are error samples and a page of documents, far below a megabyte. */
export const DISCOVERY_ANSWER_BYTES_MAX = 8 * 1_048_576;
/** Of the words of a server that an error, or the reason of a rejected document, repeats; Google's longest known ones have some 300. */
export const DISCOVERY_WORDS_CHARACTERS_MAX = 500;
/**
 * Bytes of one request of an upload to Cloud Storage, a multiple of 256 KiB as it asks. A writer holds two of them: one
 * fills while the other is sent. Measured at 50 ms from the server: 4 MiB 63 MB/s, 8 MiB 82 MB/s, 16 MiB 111 MB/s.
 */
export const GCS_CHUNK_BYTES = 8 * 1_048_576;
/** Bytes of an object read by one request, and held while they are used. */
export const GCS_READ_BYTES = 4 * 1_048_576;
/** One request to Cloud Storage. The longest brings 8 MiB, which take 67 s at 1 Mbit/s. */
export const GCS_REQUEST_SECONDS_MAX = 120;
/**
 * A download that brings nothing for so long is broken off and resumed: the client library does not notice a connection
 * that was cut.
 */
export const GCS_READ_IDLE_SECONDS_MAX = 20;
/** Objects deleted at the same time when a folder is cleared. */
export const GCS_DELETES_AT_ONCE = 16;
/** Characters kept of what a server says against a request; a proxy may answer with a page. */
export const SERVER_WORDS_LENGTH_MAX = 300;

/** One check of `doctor`, or one comparison of a connector by `check-drift`: twice what a source has to connect by default, and a person waits for it. */
export const DOCTOR_CHECK_SECONDS_MAX = 30;
/** One request of `doctor` to Cloud Storage, which cannot be broken off; a check makes two at most, so it ends in time. */
export const DOCTOR_REQUEST_SECONDS_MAX = 10;
/**
 * Committed runs that `explain` looks at, newest first; of these it reads the artifacts of those that deleted something, to
 * find the delete. With an hourly run it is eight days; a bucket takes some 0.2 s a run.
 */
export const EXPLAIN_RUNS_MAX = 200;
/** Readers of a document that `explain` shows; `--json` has all. */
export const EXPLAIN_READERS_SHOWN_MAX = 20;
/** Characters of one value that `explain` shows, such as a title; `--json` has all. */
export const EXPLAIN_VALUE_CHARACTERS_MAX = 2_000;
/** Pushes of one document that wait for a run and that `explain` names, the newest ones. */
export const EXPLAIN_PUSHES_MAX = 10;
/** Document ids read from the state together, when `explain` is given the digest of one; 10 MB of the longest ids. */
export const EXPLAIN_IDS_PER_PAGE = 10_000;
/** Levels of lists and objects inside one another in a response of an API, or in a JSON column of a database; real ones have some ten. */
export const JSON_DEPTH_MAX = 500;
/** Bytes of one page of an API, unpacked. It is in memory once; a page of 100 records has some 300 kB. */
export const HTTP_PAGE_BYTES_MAX = 32 * 1_048_576;
/** Bytes of a response that is no page: an error, a token. */
export const HTTP_WORDS_BYTES_MAX = 1_048_576;
/** How long the body of a response that is not a success is read; its status counts whatever becomes of the body. */
export const HTTP_WORDS_SECONDS_MAX = 2;
/** Content codings of one response, such as `gzip, br`; each costs the time and memory of a page. */
export const CONTENT_CODINGS_MAX = 4;
/** Characters kept of what an API says against a request; it may be a page of HTML. */
export const HTTP_WORDS_CHARACTERS_MAX = 300;
/** Connecting to an API, TLS and proxy included. */
export const HTTP_CONNECT_SECONDS = 15;
/** One request to an API with its whole response, unless `source.requestTimeoutSeconds` says otherwise. */
export const HTTP_REQUEST_SECONDS_DEFAULT = 60;
/** Redirects of one request; one or two are usual, more are a loop. */
export const HTTP_REDIRECTS_MAX = 5;
/** Pages of one listing, unless `source.pagination.maxPages` says fewer: of each, some 100 bytes are kept to find a loop. */
export const HTTP_PAGES_MAX = 100_000;
/** Pages that one run reads of a resumable listing, unless `source.pagesPerRun` says otherwise. */
export const HTTP_PAGES_PER_RUN_DEFAULT = 100;
/** Bytes of the records of a listing of changes that are held until its end; more than these go into a temporary file. */
export const HTTP_CHANGES_HELD_BYTES_MAX = 8 * 1_048_576;
/** A token is replaced this long before it expires, so that it does not expire on its way. */
export const OAUTH_SKEW_SECONDS = 60;
/** Access tokens of one run that messages are searched for, the newest. A server may give out a new one every second. */
export const REDACTED_TOKENS_MAX = 100;

/** Files of one listing: of each, some 500 bytes are held, and it is opened twice. */
export const FILE_COUNT_MAX = 100_000;
/**
 * A file that was written to within so many seconds may still be on its way: a copy over a slow network pauses for some
 * seconds, and the clock of a file server may differ from that of this machine by one or two.
 */
export const FILE_AGE_SECONDS_MIN = 10;
/** The header of a CSV file. 16,384 columns, the most that a spreadsheet has, with 64 bytes each. */
export const FILE_HEADER_BYTES_MAX = 1_048_576;
/** Bytes read from a file at once. */
export const FILE_READ_BYTES = 65_536;
/** Names of columns that a message lists. */
export const FILE_COLUMNS_NAMED_MAX = 50;

/** Body of a request to the server, where its route does not say otherwise. */
export const HTTP_BODY_BYTES_MAX = 1_048_576;
/** A part of a path, such as a connector's name (64) or a run id (100). */
export const HTTP_PATH_PART_CHARACTERS_MAX = 256;
/** From a request's first byte to its last; who sends slower than that holds a connection for nothing. */
export const HTTP_REQUEST_READ_SECONDS_MAX = 60;
/** From a connection's first byte to the end of the headers. */
export const HTTP_HEADERS_SECONDS_MAX = 10;
/**
 * A connection over which no byte goes either way, as with a client that does not read its answers. Twice the time that a
 * push may wait for an embedded database that another process writes to.
 */
export const HTTP_STANDSTILL_SECONDS_MAX = 120;
/**
 * A server gives up on a connection to Postgres over which nothing came for so long. Its statements take milliseconds, and
 * nobody who asks it waits much longer.
 */
export const SERVER_STATE_SILENCE_SECONDS_MAX = 20;
/**
 * Requests that are late are looked for so often. Node's own 30 s would let those 10 s become 40.
 */
export const HTTP_LATE_LOOK_SECONDS = 5;
/**
 * Path and headers of one request; more is 431. How many headers there are is not limited besides: Node would drop those
 * beyond some number in silence, and with them what a proxy added at the end.
 */
export const HTTP_HEADERS_BYTES_MAX = 16_384;
/** A connection without a request; more than the 60 s of usual load balancers, so that they close first. */
export const HTTP_IDLE_SECONDS_MAX = 65;
/** After which a client is to try again when the server cannot do its work. */
export const UNAVAILABLE_RETRY_AFTER_SECONDS = 5;
/** What requests in flight have after SIGTERM; two seconds below `SHUTDOWN_SECONDS_MAX`, so that what runs said can still be kept. */
export const SERVER_DRAIN_SECONDS_MAX = 6;
/** How often the folder of connectors is looked at, at most. 500 files take 5 ms to look at. */
export const CATALOG_LOOK_MS = 2_000;

/** Runs that one server has at work at once by "run now"; each is a process of some 130 MB. */
export const STARTED_RUNS_MAX = 4;
/** Of a run's log, its end: some 1,000 lines. */
export const RUN_LOG_CHARACTERS_MAX = 262_144;
/** How often the log of a run at work is kept, so that it can be followed. */
export const RUN_LOG_KEEP_MS = 2_000;

/** Connectors that `check-drift --live` looks at together: enough that one which does not answer holds up few others. */
export const DRIFT_CONNECTORS_AT_ONCE = 4;

/** An ETag is some 50 characters; what is far longer is not kept, because every run of the connector would carry it. */
export const HTTP_VALIDATOR_CHARACTERS_MAX = 1_000;
/**
 * A Last-Modified is relied on if it is older than its answer by so many seconds. It counts whole seconds, so a second change
 * in the same one would not show, and the clock that it was taken from may be another one than that of the answer.
 */
export const HTTP_LAST_MODIFIED_AGE_SECONDS_MIN = 60;

/** Connections to Postgres of a server that takes pushes: as many writes wait for the disk together. */
export const PUSH_CONNECTIONS_MAX = 10;
/** Pushed events read together, ... */
export const PUSH_EVENTS_PER_PAGE = 1_000;
/** ... unless their documents are large: bytes of one page, which one document may exceed. */
export const PUSH_PAGE_BYTES = 4 * 1_048_576;
/** Pushed batches whose events become rows in one transaction, so that a run that dies on the way need not begin again. */
export const PUSH_UNFOLD_BATCHES = 1_000;
/** Expired batches removed in one statement, some milliseconds each. */
export const PUSH_PURGE_BATCHES = 1_000;

/**
 * What the telemetry of a run may take when its work is done. With the two limits below it is one second in all, which a
 * dead Splunk, Teams or trace collector may delay the end of a run.
 */
export const TELEMETRY_FLUSH_MS_MAX = 800;
/** After that, to write down what became of an alert and to let go of connections. */
export const TELEMETRY_SETTLE_MS_MAX = 100;
/** What a process may live on for when its command is done: the lookup of a host name, for one, cannot be broken off. */
export const PROCESS_LINGER_MS_MAX = 100;
/** One request of telemetry while the run is at work; a Splunk that is well answers within a second. */
export const TELEMETRY_REQUEST_SECONDS_MAX = 10;
/** The first wait before such a request is tried again; each further one can be twice as long, up to a minute. */
export const TELEMETRY_BACKOFF_SECONDS = 1;
/** The same at the end of a run: four attempts fit into what is left. */
export const TELEMETRY_FLUSH_BACKOFF_SECONDS = 0.1;
/** Bytes of an answer that telemetry reads; those of Splunk and Teams have some hundred. */
export const TELEMETRY_ANSWER_BYTES_MAX = 65_536;
/** Characters of an error's message that telemetry passes on; a longer one lists what `--json` and the log have in full. */
export const TELEMETRY_MESSAGE_CHARACTERS_MAX = 2_000;
/** Characters of any other text of a run that telemetry passes on, such as a hint. */
export const TELEMETRY_TEXT_CHARACTERS_MAX = 500;
/** Events of one run are gathered this long, so that a short run makes one request. */
export const SPLUNK_GATHER_MS = 1_000;
/** How often a run asks whether Splunk has indexed what it took; Splunk itself looks about as often. */
export const SPLUNK_ACK_POLL_SECONDS = 10;
/** What Splunk took and has not indexed after this long is sent again, as its documentation advises. */
export const SPLUNK_ACK_SECONDS_MAX = 300;
/** The same trouble of a connector is announced once in this time: it is seen within a working day, and by each shift. */
export const ALERT_REPEAT_SECONDS = 21_600;
/** A run that was about to announce something and died is waited for so long, before another one announces it. */
export const ALERT_CLAIM_SECONDS = 60;
/** To ask the state whether an alert was sent before. Then it is sent in any case: twice is better than never. */
export const ALERT_MEMORY_MS_MAX = 300;
/** Teams refuses a larger message. */
export const TEAMS_MESSAGE_BYTES_MAX = 28 * 1_024;
/** A link to a run, with everything filled in; browsers and proxies take no longer ones. */
export const RUN_URL_CHARACTERS_MAX = 2_000;

/** The name of a key, which is for people. */
export const KEY_NAME_CHARACTERS_MAX = 100;
/** How long a key may be made to last: ten years. One that shall last longer is made without an end. */
export const KEY_DAYS_MAX = 3_650;
/** `ADMIN_API_KEY`, which may be a person's choice: 16 random letters cannot be guessed, and 12 of a word can. */
export const ADMIN_KEY_CHARACTERS_MIN = 16;
/** `SESSION_SECRET`, which signs: 32 characters of base64 are 192 bits. */
export const SESSION_SECRET_CHARACTERS_MIN = 32;
/** The push token of a connector, which may be a person's choice as well as `ADMIN_API_KEY`. */
export const PUSH_TOKEN_CHARACTERS_MIN = 16;
/** Different characters in `ADMIN_API_KEY`, `SESSION_SECRET` or a push token. 16 random hex digits have fewer once in 27,000 times. */
export const SECRET_DISTINCT_CHARACTERS_MIN = 6;
/** How old what is known of a key or a session may be: so long after `keys revoke` it still opens. */
export const KEY_CACHE_MS = 2_000;
/** Keys and sessions that are known so; some 500 bytes each. */
export const KEY_CACHE_ENTRIES_MAX = 5_000;
/** The last use of a key is noted when it is this much later than the one noted before: not every request shall write. */
export const KEY_USE_SECONDS = 3_600;
/** Characters of a key that is sent; ours have 60, and those of other systems are tokens of a few hundred. */
export const KEY_CHARACTERS_MAX = 4_096;
/** Requests of one key or session in a minute: ten a second, where a push may carry hundreds of documents. */
export const CALLER_REQUESTS_PER_MINUTE = 600;
/** Callers whose requests are counted at the same time; with one more, the one that asked least recently begins again. */
export const CALLERS_COUNTED_MAX = 5_000;
/** By how much a `Retry-After` may be longer than needed, by chance, so that clients do not return in the same second. */
export const RETRY_AFTER_SPREAD_RATIO = 0.5;
/** Wrong keys from one address, or one /64 of IPv6, in a minute; later ones are delayed. 16 random letters are 4e22 guesses. */
export const FAILED_ATTEMPTS_PER_MINUTE = 10;
/** Over the limit, each further wrong or delayed key of an address delays the next comparison by this much more. */
export const WRONG_KEY_DELAY_STEP_MS = 100;
/** The longest delay: a right key from the same address still opens before its client gives up. */
export const WRONG_KEY_DELAY_MS_MAX = 3_000;
/** Requests whose comparison is delayed at the same time; some 20 KB each. With one more, the oldest goes on early. */
export const DELAYED_COMPARISONS_MAX = 2_000;
/** Addresses whose wrong keys are counted one by one in a minute; further addresses share one count. */
export const WRONG_KEY_ADDRESSES_MAX = 1_000;
/** An IPv6 address has 45 characters at most; what a proxy calls an address may be longer, and is cut. */
export const WRONG_KEY_ADDRESS_CHARACTERS_MAX = 64;
/** How old the answer of `/readyz` may be: requests within that time share one query of the database. */
export const READY_CACHE_MS = 1_000;
/** How long a form may be open: its token expires, also for users of a proxy, whose login never ends here. */
export const FORM_TOKEN_HOURS_MAX = 12;
/** A session ends this long after its login, whatever happens: a working day. */
export const SESSION_SECONDS_MAX = 43_200;
/** A session ends when nothing was asked for so long. */
export const SESSION_IDLE_SECONDS_MAX = 7_200;
/** Activity is noted in the cookie of a session when it is this much later than the one noted before. */
export const SESSION_RENEW_SECONDS = 300;
/** How long a login form may be left open. */
export const LOGIN_FORM_SECONDS_MAX = 3_600;
/** The login form: the longest key, percent-encoded, and a path. */
export const LOGIN_BODY_BYTES_MAX = 16_384;
/** The path to return to after a login, query included; browsers and proxies cut longer ones. */
export const RETURN_PATH_CHARACTERS_MAX = 2_000;
/** The name of a user that a proxy says; the longest e-mail address has 254. */
export const SIGN_ON_USER_CHARACTERS_MAX = 254;

/** Hours that Ops looks back, unless asked otherwise: a night, and the evening before it. */
export const OPS_WINDOW_HOURS_DEFAULT = 24;
/** A year, with its leap day. */
export const OPS_WINDOW_HOURS_MAX = 8_784;
/** Runs on a page of Ops, unless asked otherwise. */
export const OPS_RUNS_DEFAULT = 50;
/** Runs in one answer of Ops, some 600 bytes each. */
export const OPS_RUNS_MAX = 500;
/** Runs that a list of Ops may leave out before its first; the index is read that far. */
export const OPS_OFFSET_MAX = 1_000_000;
/** Runs of a connector that its page shows: two days and a half of an hourly one. */
export const OPS_HISTORY_RUNS = 60;
/** Rejected documents that the page of a run shows; `explain` tells about any other. */
export const OPS_REJECTED_MAX = 100;
/** Pushes that the page of a connector lists, the newest. */
export const OPS_PUSHES_SHOWN = 10;
/** Lines of `held.ndjson` and of `quarantine.ndjson` that the page of a run shows. */
export const OPS_ARTIFACT_LINES = 100;
/** Bytes of such a file that are read for them. A quarantine line of 100 columns of 256 bytes is some 30 kB. */
export const OPS_ARTIFACT_BYTES_MAX = 4_194_304;
/** For reading them: a page must not wait for a bucket that does not answer. */
export const OPS_ARTIFACT_READ_MS = 4_000;
/** The page of a run refreshes every 15 s, and its files do not change. */
export const OPS_ARTIFACT_REMEMBERED_MS = 300_000;
/** After a failure the files are tried again sooner. */
export const OPS_ARTIFACT_RETRY_MS = 60_000;
/** Runs whose lines are remembered; 100 lines of both files are at most some 100 kB. */
export const OPS_ARTIFACT_RUNS_REMEMBERED = 50;
/** Connectors on the page, those first that need somebody; a link shows all. */
export const OPS_CONNECTORS_SHOWN = 100;
/**
 * A run may start, work and commit for so long before its connector counts as late: orchestrators queue, and most runs take
 * minutes. A run that is at work is never late.
 */
export const OPS_LATE_GRACE_MINUTES = 15;
/** The clocks of an orchestrator and of a run may differ by so much: a run that began so early was the one that was due. */
export const OPS_CLOCK_SKEW_SECONDS = 60;
/**
 * Ops believes for so long that the runs of a connector are what they were, while nobody has held its lease since. Whatever
 * changes a run holds it, so this is for a process that woke up too late, and for changes by hand.
 */
export const OPS_SETTLED_SECONDS_MAX = 60;

/** Body of a push in JSON, which is in memory whole: some 10,000 events of 1 kB. */
export const PUSH_JSON_BODY_BYTES_MAX = 10 * 1_048_576;
/** Body of a push in NDJSON, which is read event by event. */
export const PUSH_NDJSON_BODY_BYTES_MAX = 50 * 1_048_576;
/** Documents of one push, as they wait in the queue. They are in memory until they are stored, all or none. */
export const PUSH_BATCH_BYTES_MAX = 64 * 1_048_576;
/** Bodies and documents of all pushes that are being received at once; beyond it a push is to come again. */
export const PUSH_MEMORY_BYTES_MAX = 256 * 1_048_576;
/** Events of one push: an answer takes some 100 ms then. */
export const PUSH_EVENTS_MAX = 10_000;
/** Lines of a push in NDJSON, those without an event included: 50 MiB of line breaks took 14 s of a processor. */
export const PUSH_LINES_MAX = 20_000;
/** Of `PUSH_MEMORY_BYTES_MAX`, what pushes to one connector may hold, so that one producer does not keep the others out. */
export const PUSH_CONNECTOR_MEMORY_BYTES_MAX = 128 * 1_048_576;
/** One event as it is sent: as much as a whole document may have. */
export const PUSH_EVENT_BYTES_MAX = 4 * 1_048_576;
/** One field of an event as it is sent: the largest content (`CONTENT_BYTES_MAX`), of letters that are all escaped. */
export const PUSH_FIELD_BYTES_MAX = 2 * 1_048_576;
/** Levels of lists and objects inside an event; real ones have some five. */
export const PUSH_DEPTH_MAX = 32;
/** Events between two pauses in which other requests get their turn; 200 take some milliseconds. */
export const PUSH_EVENTS_PER_TURN = 200;
/** Time between two such pauses, for events whose templates are slow. */
export const PUSH_MS_PER_TURN = 50;
/** Bytes of events between two such pauses. */
export const PUSH_BYTES_PER_TURN = 1_048_576;
/** Keys of one object in an event: where each of them stands takes some 100 bytes of memory while the event is read. */
export const PUSH_KEYS_MAX = 10_000;
/** Pushes whose buffers are kept for the next ones: as many as are stored at the same time. */
export const PUSH_BUFFERS_KEPT = 10;
/** A larger buffer is not kept; a push of 100 events of 1 kB needs an eighth. */
export const PUSH_BUFFER_KEPT_BYTES_MAX = 1_048_576;
/** Rejected events that an answer names; it counts all of them. */
export const PUSH_ERRORS_NAMED_MAX = 100;
/** Characters of a producer's own words, such as a field's name, that an answer repeats. */
export const PUSH_WORDS_CHARACTERS_MAX = 100;
/** Characters of an `Idempotency-Key`; a UUID has 36. */
export const PUSH_KEY_CHARACTERS_MAX = 200;
/** For so long a push that is repeated gets its first answer: a weekend, and Monday to notice. */
export const PUSH_KEY_HOURS = 72;
/**
 * Days for which the time of a deleted document is remembered where `source.ordering` is `updated_at`: senders of webhooks
 * retry for some days. An older event that arrives later than that brings the document back.
 */
export const PUSH_TOMBSTONE_DAYS = 30;
/** Events of one connector that wait for its next run; beyond it pushes are refused. */
export const PUSH_PENDING_EVENTS_MAX = 1_000_000;
/** How old the known length of a queue may be; what this server adds meanwhile is counted. */
export const PUSH_DEPTH_LOOK_MS = 1_000;
/** After which a producer is to try again when the queue is full: runs drain it every some minutes. */
export const PUSH_FULL_RETRY_AFTER_SECONDS = 30;
/** How often a server removes what is done from the queue. */
export const PUSH_PURGE_MINUTES = 60;

/** That a revoked or expired key is still used is said again when it was last said so long ago. */
export const REFUSED_KEY_REPEAT_SECONDS = 3_600;
/** Warnings of refused keys in a minute; at 300 bytes each, a flood from everywhere writes 9 MB a day. */
export const REFUSED_KEY_WARNINGS_PER_MINUTE = 20;

/** An alert that Teams was sent and did not answer in time counts as announced for so long: it may have been lost. */
export const ALERT_UNANSWERED_SECONDS = 3_600;

/** Limits of the HTTP server. */

/** Body of a request to the server, unless its route has a limit of its own. */
export const SERVER_BODY_BYTES_MAX = 1_048_576;
/** A part of a path, such as a connector's name (64) or a run id (100). */
export const SERVER_PATH_PART_CHARACTERS_MAX = 256;
/** From the first to the last byte of a request; a slower client would occupy a connection. */
export const SERVER_REQUEST_READ_SECONDS_MAX = 60;
/** From a connection's first byte to the end of the headers. */
export const SERVER_HEADERS_SECONDS_MAX = 10;
/**
 * A connection without any data in either direction, such as one of a client that does not read its responses. This is
 * twice the time that a push may wait for an embedded database that another process writes to.
 */
export const SERVER_STALLED_SECONDS_MAX = 120;

/**
 * How often overdue requests are checked for. Node's default of 30 s would turn the 10 s for headers into 40.
 */
export const SERVER_OVERDUE_CHECK_SECONDS = 5;
/**
 * Path and headers of one request; more is answered with 431. The number of headers is not limited: Node would silently
 * drop the last ones, which a proxy may have added.
 */
export const SERVER_HEADERS_BYTES_MAX = 16_384;
/** A connection without a request; more than the 60 s of usual load balancers, so that they close first. */
export const SERVER_IDLE_SECONDS_MAX = 65;

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

/** Connectors on the overview page, those that need attention first; a link shows all. */
export const OPS_CONNECTORS_SHOWN = 100;

/** Characters of an `Idempotency-Key`; a UUID has 36. */
export const PUSH_KEY_CHARACTERS_MAX = 200;

/** Collections that one sync request may name; presets have six. */
export const SYNC_COLLECTIONS_MAX = 100;
/** Characters of the key of a collection in a request. */
export const SYNC_COLLECTION_CHARACTERS_MAX = 128;

/** Minimum interval between warnings about one revoked or expired key. */
export const REFUSED_KEY_REPEAT_SECONDS = 3_600;
/** Warnings about refused keys per minute; at 300 bytes each, an attack from many addresses writes 9 MB per day. */
export const REFUSED_KEY_WARNINGS_PER_MINUTE = 20;

/** `POST /api/backoffice/rest-batch` answers within this time plus a second, whatever the source, the embedding API and the database do. */
export const BATCH_ANSWER_MS_MAX = 14_000;
/** Body of that request: an id. */
export const BATCH_BODY_BYTES_MAX = 16_384;
/** An id of a knowledge source; a UUID has 36 characters. */
export const SOURCE_ID_CHARACTERS_MAX = 256;
/** Each text of a message that is shown after a redirect: four of them fit into the 4,096 bytes of a cookie in any script. */
export const FLASH_CHARACTERS_MAX = 180;

/** Entries on one page of the audit log, unless `limit` is set. */
export const AUDIT_EVENTS_DEFAULT = 50;
/** Entries in one answer with the audit log, some 500 bytes each. */
export const AUDIT_EVENTS_MAX = 500;
/** Characters of one field of the filter of the audit log: a part of a name, a path or an id. */
export const AUDIT_FILTER_CHARACTERS_MAX = 256;

/** The form of a secret: a value of 64 KiB, percent-encoded, its lists and its note. */
export const SECRET_FORM_BYTES_MAX = 262_144;
/** One of the two lists in that form, with one entry per line. */
export const SECRET_FORM_LIST_CHARACTERS_MAX = 16_384;
/** A host or the name of a connector in such a list; a host name has at most 253 characters, and a port. */
export const SECRET_BINDING_CHARACTERS_MAX = 300;
/** Body of a request with the draft of a connector as JSON: 1 MiB of text, escaped, and the fields of the form. */
export const DRAFT_JSON_BYTES_MAX = 4 * 1_048_576;
/** Body of the form of a draft: 1 MiB of text, percent-encoded, and the fields of the form. */
export const DRAFT_FORM_BYTES_MAX = 8 * 1_048_576;
/** Characters of the id of a draft; a UUID has 36. */
export const DRAFT_ID_CHARACTERS_MAX = 100;
/** Fields of the form of a draft that one request may change. The form of the largest connector has some hundred. */
export const DRAFT_FIELDS_MAX = 2_000;

/** Lines of all diffs of a change that a page shows; the patch has all of them. */
export const DIFF_LINES_SHOWN_MAX = 3_000;
/** Proposals that a page or an answer lists, the newest first. */
export const PROPOSALS_SHOWN_MAX = 200;
/** Characters of the reason of a proposal in a form, which has two characters for each line break. */
export const REASON_CHARACTERS_MAX = 4_000;
/** A proposal makes some 20 requests with a pause between those that write; GitHub answers each within 10 s. */
export const PROPOSAL_SECONDS_MAX = 180;
/** A form that resolves a conflict: a connector of 1 MiB in base64. */
export const RESOLVE_BODY_BYTES_MAX = 2 * 1_048_576;
/** The highest number of a page of Studio's catalog that a query may name: more than a folder can have. */
export const CATALOG_PAGES_MAX = 10_000;

/** How often the page of a run that was just started reloads: the process needs about a second to begin. */
export const STUDIO_RUN_REFRESH_SECONDS = 2;
/** Body of a request for a preview: a draft and sample events, escaped as JSON or as a form. */
export const PREVIEW_BODY_BYTES_MAX = 2_097_152;
/** Characters of a draft, and of sample events, in such a body; the preview has its own limits. */
export const PREVIEW_BODY_CHARACTERS_MAX = 1_048_576;

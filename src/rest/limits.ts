/** Limits of reading REST APIs. */

/** Bytes of one page of an API, decompressed. It is in memory once; a page of 100 records has some 300 kB. */
export const HTTP_PAGE_BYTES_MAX = 32 * 1_048_576;
/** Bytes of one page with the fields that its records receive: parentFields copies a value to each record. */
export const FIELDS_PAGE_BYTES_MAX = 64 * 1_048_576;
/** Bytes of a response that is read as a stream, decompressed. It is never in memory as a whole; the limit ends endless ones. */
export const HTTP_STREAM_BYTES_MAX = 64 * 1_073_741_824;
/** Bytes of records, as JSON, that are taken from a streamed response at once. */
export const HTTP_CHUNK_BYTES = 1_048_576;
/** Records that are taken from a streamed response at once; their places are in memory. */
export const HTTP_CHUNK_RECORDS_MAX = 10_000;
/** Bytes of a streamed response that are not part of its records, such as totals and links. */
export const HTTP_ENVELOPE_BYTES_MAX = 1_048_576;
/** Nesting of elements in XML; real data has some ten levels. */
export const XML_DEPTH_MAX = 100;
/** Characters of a name in XML. */
export const XML_NAME_CHARACTERS_MAX = 1_000;

/** Bytes of a response that is not a page: an error or a token. */
export const HTTP_WORDS_BYTES_MAX = 1_048_576;

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

/** A token is replaced this long before it expires, so that it does not expire during a request. */
export const OAUTH_SKEW_SECONDS = 60;
/** Lifetime of a token that is signed to get an access token. Google accepts at most an hour, Salesforce three minutes. */
export const ASSERTION_SECONDS = 180;
/** Bits of an RSA key that signs tokens, as RFC 7518 requires. */
export const RSA_KEY_BITS_MIN = 2_048;
/** Characters of the cookies of a login. Servers accept some 8,000 for all headers together. */
export const LOGIN_COOKIES_CHARACTERS_MAX = 6_000;

/** Time between two requests for the state of a job, unless `source.job.poll.intervalSeconds` is set. */
export const JOB_INTERVAL_SECONDS_DEFAULT = 5;
/** Time that a job may take, unless `source.job.poll.timeoutSeconds` is set. */
export const JOB_TIMEOUT_SECONDS_DEFAULT = 3_600;
/** Characters of the id of a job; a longer text is probably not an id. */
export const JOB_ID_CHARACTERS_MAX = 512;

/** Length of an ETag that is kept. An ETag has some 50 characters; a far longer one is not kept, because every run of the connector would send it. */
export const HTTP_VALIDATOR_CHARACTERS_MAX = 1_000;
/**
 * A Last-Modified is used only if it is this much older than its response. It has whole seconds, so a second change in
 * the same second would be missed, and its clock may differ from that of the response.
 */
export const HTTP_LAST_MODIFIED_AGE_SECONDS_MIN = 60;

/** Parents whose listings are read, unless `source.parents.maxParents` is set. Some 40 bytes per parent are kept to detect repeated ones. */
export const PARENTS_MAX_DEFAULT = 100_000;
/** Child listings that are read at the same time, unless `source.parents.concurrency` is set. */
export const PARENTS_CONCURRENCY_DEFAULT = 1;
/** Warnings of all child listings of one run that are logged. */
export const CHILD_WARNINGS_MAX = 20;
/** Detail requests at the same time, unless `source.detail.concurrency` is set. */
export const DETAIL_CONCURRENCY_DEFAULT = 4;
/** Bytes of one text of `source.detail` with `format: text`. Eight times the content of one document, so no text that could be sent is refused. */
export const DETAIL_TEXT_BYTES_MAX = 8 * 1_048_576;
/** Bytes of records with their details that are collected before they are passed on; one record may exceed it. */
export const DETAIL_CHUNK_BYTES = 4 * 1_048_576;
/** Records with their details that are passed on together, so that reading the first records does not request a whole page of details. */
export const DETAIL_CHUNK_RECORDS = 32;

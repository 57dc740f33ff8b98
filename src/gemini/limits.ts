/** Limits of Discovery Engine. */

/** Files of one import request; Discovery Engine refuses more. */
export const DISCOVERY_URIS_PER_REQUEST_MAX = 100;

/** Length of a document id in Discovery Engine. */
export const DISCOVERY_DOCUMENT_ID_LENGTH_MAX = 128;

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

/** Google's default quota of imports from Cloud Storage, for a whole project. */
export const DISCOVERY_IMPORTS_PER_MINUTE = 5;
/** Google's default quota of inline imports and of purges, for a whole project. */
export const DISCOVERY_BATCHES_PER_MINUTE = 100;
/** Google's default quota of document reads, for a whole project; polling and all other reads count too. */
export const DISCOVERY_READS_PER_MINUTE = 300;

/** Documents on one page of a list of documents; Google gives no more. With their ids alone, a page has some 100 kB. */
export const DISCOVERY_DOCUMENTS_PER_PAGE = 1_000;

/** One attempt to submit an import, which Google may process before it answers; Google's own client waits as long. */
export const DISCOVERY_IMPORT_SECONDS_MAX = 300;
/** One attempt of any other request; Google's own client waits 30 s. */
export const DISCOVERY_REQUEST_SECONDS_MAX = 60;
/** Characters of a server's text that are quoted in an error or in the reason of a rejected document; Google's longest known texts have some 300. */
export const DISCOVERY_MESSAGE_CHARACTERS_MAX = 500;

/** Limits of telemetry. */

/** One telemetry request while the run is in progress; a healthy Splunk responds within a second. */
export const TELEMETRY_REQUEST_SECONDS_MAX = 10;
/** The wait before the first retry of such a request; each further wait can be twice as long, up to a minute. */
export const TELEMETRY_BACKOFF_SECONDS = 1;
/** The same at the end of a run: four attempts fit into the remaining time. */
export const TELEMETRY_FLUSH_BACKOFF_SECONDS = 0.1;
/** Bytes of a response that telemetry reads; those of Splunk and Teams have a few hundred. */
export const TELEMETRY_ANSWER_BYTES_MAX = 65_536;

/** Events of one run are collected for this long, so that a short run makes one request. */
export const SPLUNK_GATHER_MS = 1_000;
/** How often a run polls whether Splunk has indexed the accepted events; Splunk itself checks about as often. */
export const SPLUNK_ACK_POLL_SECONDS = 10;
/** Events that Splunk accepted and has not indexed after this time are sent again, as its documentation advises. */
export const SPLUNK_ACK_SECONDS_MAX = 300;

/** Size of a message; Teams refuses a larger one. */
export const TEAMS_MESSAGE_BYTES_MAX = 28 * 1_024;

/** Limits of pushed events. */

/** Body of a push in JSON, which is held in memory completely: some 10,000 events of 1 kB. */
export const PUSH_JSON_BODY_BYTES_MAX = 10 * 1_048_576;
/** Body of a push in NDJSON, which is read event by event. */
export const PUSH_NDJSON_BODY_BYTES_MAX = 50 * 1_048_576;
/** Documents of one push in the form in which the queue stores them. They are in memory until they are stored, all or none. */
export const PUSH_BATCH_BYTES_MAX = 64 * 1_048_576;

/** Lines of a push in NDJSON, those without an event included: 50 MiB of line breaks took 14 s of a processor. */
export const PUSH_LINES_MAX = 20_000;

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

/** Characters of a producer's text, such as the name of a field, that a response quotes. */
export const PUSH_QUOTE_CHARACTERS_MAX = 100;

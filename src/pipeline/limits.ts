/** Limits of a run. */

/** Discovery Engine refuses an import file of more than 2 GB; a part is closed before it reaches that size. */
export const ARTIFACT_PART_BYTES_MAX = 1_900_000_000;

/** Documents that `held.ndjson` lists; all held documents are counted. 10,000 lines are some 400 kB. */
export const HELD_LISTED_MAX = 10_000;

/** Rows from which the ratio applies: one bad row in a table of five is 20 %, which proves nothing. */
export const QUARANTINE_RATIO_ROWS_MIN = 100;

/** Characters of a value that are quoted in the reason of a quarantined row, such as an invalid list of readers. */
export const QUOTED_VALUE_CHARACTERS_MAX = 100;
/** Examples of each kind of change in a result, including quarantined rows; the artifacts have all of them. */
export const RESULT_SAMPLES_MAX = 5;
/** Text of one field that a quarantine line keeps, enough to find the row. */
export const QUARANTINE_FIELD_BYTES_MAX = 256;

/** Buffer in front of an artifact file. 1 MiB makes system calls rare; measurements showed no gain from a larger one. */
export const PART_BUFFER_BYTES = 1_048_576;

/**
 * Missing columns for which a column of a similar name is suggested. One comparison takes some microseconds, and a table can
 * have 4,000 columns where a mapping names thousands.
 */
export const RENAMED_COLUMNS_COMPARED_MAX = 20;

/** Rows of one duplicate id that the message names by file and line. */
export const DUPLICATE_PLACES_NAMED_MAX = 3;

/** Rejected documents named in a summary; the state has all of them. */
export const REJECTED_SAMPLES_MAX = 5;
/** Listings of a source of several pages in one run, to confirm that documents are missing; each costs all of its requests. */
export const LISTINGS_MAX = 4;

/**
 * Missing documents whose ids the state looks up at once: as many as it looks up in one query, which reads all records of a connector
 * whatever their number. 200,000 deletes took 25 such queries when it was 8,192.
 */
export const MISSING_PER_LOOKUP = 50_000;

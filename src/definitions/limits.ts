/** Limits of connector files. */

/** Size of a connector file. People write these files; 1 MiB is some 20,000 lines. */
export const CONNECTOR_FILE_BYTES_MAX = 1_048_576;

/** A delta query re-reads this much before its checkpoint, so that transactions that commit late are not lost. */
export const WATERMARK_LAG_DEFAULT_SECONDS = 300;
/** The same for a watermark that is a number, such as an identity column. */
export const WATERMARK_LAG_DEFAULT_STEPS = 1_000;

/**
 * A connector file up to this size is checked in the main thread of `validate` or a server: it takes some milliseconds, and starting a
 * thread takes longer.
 */
export const CONNECTOR_IN_PROCESS_BYTES_MAX = 16_384;

/**
 * Characters that the edits of one request read, if they cannot be made at once: the length of the text for each edit. Each edit of a text
 * of 20 kB takes some milliseconds.
 */
export const EDITED_CHARACTERS_MAX = 2_000_000;

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

/**
 * Wildcards such as `*` in one part of `source.glob`. The time to match a file name can grow with this power of its length: 255
 * characters took 9 ms with three wildcards and 600 ms with four.
 */
export const GLOB_WILDCARDS_MAX = 3;
/** Parts of `source.glob` that are `**`; the same holds for the folders of a path, of which there can be 2,000. */
export const GLOB_FOLDER_WILDCARDS_MAX = 2;

/** Characters of a path in a connector file that the rules parse; the schema refuses a longer one. */
export const PATH_CHARACTERS_MAX = 4_096;

/** Range before the last sync that an incremental sync of an app reads again, at most. A longer one hides a wrong clock. */
export const APP_OVERLAP_SECONDS_MAX = 3_600;
/** The same for an API that compares times by day. */
export const APP_DAY_OVERLAP_SECONDS_MAX = 7 * 86_400;
/** How long an API must keep its events, so that a sync every hour can use them. */
export const APP_EVENTS_KEPT_SECONDS_MIN = 7_200;

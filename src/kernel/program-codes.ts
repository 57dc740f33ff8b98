/**
 * The numbers that a program consists of. Both compilers read this file: the kernel interprets what `program.ts` encodes.
 * The operands of an operation follow it, each one word.
 */

/** End of the program. */
export const END = 0;
/** address, length: copies bytes of the program. */
export const LITERAL = 1;
/** column, form: the value as text; nothing for NULL. */
export const TEXT = 2;
/** column, form: the value as text inside a JSON string; nothing for NULL. */
export const TEXT_IN_JSON = 3;
/** column, form, form of an array's elements: the value as JSON; null for NULL and for an absent column. */
export const JSON_VALUE = 4;
/** column, form: one part of a document's id. */
export const ID_PART = 5;
/** column, form, table: a value in a link. The table has one byte for each byte value: 1 if a link keeps it. */
export const URI_VALUE = 6;
/** mark: keeps the place of the next byte. */
export const MARK = 7;
/** mark, mark: copies the bytes between two marks as the inside of a JSON string. */
export const ESCAPE = 8;
/** mark, mark: the bytes between two marks as base64. */
export const BASE64 = 9;
/** list, column: a column of readers as JSON. */
export const READERS = 10;
/** list, address, length: the readers of a list as objects; the text opens each of them. */
export const PRINCIPALS = 11;
/** characters at most: the id of the document with `_` in the role of an escape. */
export const READABLE_ID = 12;
/** column: leaves the row unless the value is UTF-8 without NUL. */
export const CHECK_TEXT = 13;
/** bytes of an empty id, bytes at most: leaves the row if its id has another length. */
export const CHECK_ID = 14;
/** bytes at most, 1 if it needs text: leaves the row if its content does not fit. */
export const CHECK_CONTENT = 15;
/** Leaves the row if no list of readers names one. */
export const CHECK_READERS = 16;
/** bytes: keeps room for a text that the caller writes. */
export const ROOM = 17;
/** column, form: a time as JSON; null also for an empty value. */
export const TIME = 18;

export const FORM_VERBATIM = 0;
export const FORM_BOOLEAN = 1;
export const FORM_TIMESTAMP = 2;
/** Only of JSON: a number if it is one, or a string. */
export const FORM_NUMBER = 3;
/** Only of JSON: an array of elements of another form. */
export const FORM_ARRAY = 4;

export const MARK_ID = 0;
export const MARK_ID_END = 1;
export const MARK_CONTENT = 2;
export const MARK_CONTENT_END = 3;
export const MARK_LINE = 4;
export const MARK_DIGEST_END = 5;
export const MARK_CHECKSUM = 6;
export const MARK_LINE_END = 7;
export const MARK_RECORD_END = 8;
/** The marks of JSON values in the line; the strings include their quotes. */
export const MARK_CONTENT_JSON = 9;
export const MARK_CONTENT_JSON_END = 10;
export const MARK_ID_JSON = 11;
export const MARK_ID_JSON_END = 12;
export const MARK_METADATA = 13;
export const MARK_METADATA_END = 14;
export const MARK_TITLE = 15;
export const MARK_TITLE_END = 16;
export const MARK_URI = 17;
export const MARK_URI_END = 18;

/** The words at the start of a program. */
export const HEADER_COLUMNS = 0;
/** Room for two words for each column. */
export const HEADER_TABLE = 1;
/** One word for each column: the bytes that a byte of it can become in the output. */
export const HEADER_WEIGHTS = 2;
/** The bytes of output that do not depend on the row, at most. */
export const HEADER_FIXED = 3;
export const HEADER_CODE = 4;
export const HEADER_OUTPUT = 5;
export const HEADER_OUTPUT_END = 6;
export const HEADER_RESULTS = 7;
/** Two words each, the low one first. */
export const HEADER_KEY_LOW = 8;
export const HEADER_KEY_HIGH = 10;
/** 1 if a document without a link lacks one. */
export const HEADER_LINKS = 12;
export const HEADER_WORDS = 14;

export const GROUPS = 0;
export const USERS = 1;

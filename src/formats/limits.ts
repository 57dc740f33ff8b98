/** Limits of text formats. */

/** The header of a CSV text. 16,384 columns, the most that a spreadsheet has, with 64 bytes each. */
export const CSV_HEADER_BYTES_MAX = 1_048_576;

/**
 * The binary forms of Postgres's protocol that the kernel rewrites in text form, one number for each column of a row. Both compilers read this
 * file.
 */

/** The bytes of the value are its text. */
export const BINARY_NONE = 0;
/** Days since 2000-01-01, an int32. */
export const BINARY_DATE = 1;
/** Microseconds since 2000-01-01, an int64. */
export const BINARY_TIMESTAMP = 2;
/** The same in UTC. */
export const BINARY_TIMESTAMPTZ = 3;
/** An array of texts or integers. */
export const BINARY_ARRAY = 4;

/** What `textRows` returns instead of an address: a value that is not of its form, or too little room. */
export const TEXT_INVALID = 0;
export const TEXT_TOO_LONG = 1;
/** The bytes of text that a byte of a value in binary form becomes at most. */
export const TEXT_GROWTH_MAX = 4;

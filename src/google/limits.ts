/** Limits of requests to Google. */

/** One response of Google, apart from the content of objects. The largest expected ones are pages of names, error samples and documents, about a megabyte. */
export const GOOGLE_ANSWER_BYTES_MAX = 8 * 1_048_576;

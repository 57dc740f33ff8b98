/** Limits of app sync. */

/** Problems that the result of one sync lists; further ones are only counted. */
export const SYNC_PROBLEMS_MAX = 100;

/** Limits of the jobs of pg_cron. */

/** How long a request of a schedule with `catchUp: none` waits for a worker before it is cancelled. */
export const PG_CRON_CATCH_UP_MINUTES = 10;
/** How long the results of jobs are kept: pg_cron adds a row for each start of a job, and removes none. */
export const PG_CRON_DETAILS_KEEP_DAYS = 7;
/** How long finished requests are kept: as long as a worker keeps them. */
export const PG_CRON_REQUESTS_KEEP_DAYS = 30;
/** Length of the name of a job in pg_cron 1.4, where it is an identifier; names of definitions are ASCII. */
export const PG_CRON_JOB_NAME_CHARACTERS_MAX = 63;

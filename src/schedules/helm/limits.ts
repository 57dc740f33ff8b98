/** Limits of CronJobs. */

/** Characters of the name of a CronJob. Kubernetes adds 11 for each of its Jobs, whose names may have 63. */
export const CRON_JOB_NAME_MAX = 52;

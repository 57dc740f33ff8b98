import type { JobTiming } from '../../../src/app/sync/jobs/do-job.ts';

export const ADMIN = 'an-admin-key-of-this-test';

/** A dead process is noticed soon, and a living one on a slow machine is not taken for dead. */
export const SHORT_TIMING: JobTiming = { lease: { leaseMs: 3_000, heartbeatMs: 300 }, pollMs: 100 };

import type { RunOptions } from '../../../src/app/run/job.ts';

/** The options of run R1 without any flag of the command line, unless given. */
export function runOptions(given: Partial<RunOptions> = {}): RunOptions {
  return {
    runId: 'R1',
    local: false,
    dryRun: false,
    full: false,
    resend: false,
    reconcile: false,
    sends: true,
    allowDeletes: undefined,
    ...given,
  };
}

import { BridgeError } from '../../core/errors.ts';

/** The error for a run that continues although another one has closed it. */
export function abandonedRunError(runId: string): BridgeError {
  return new BridgeError(
    'LEASE_LOST',
    `Run ${runId} was given up by another one, so nothing more is written.`,
    {
      hint: 'Check the newer run of this connector; this one needs no action.',
    },
  );
}

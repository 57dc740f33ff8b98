import { systemClock } from '../../core/time/clock.ts';
import { toBridgeError, type BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Job } from '../../pipeline/ports/job.ts';
import { runErrorOf } from '../../pipeline/run-error.ts';
import type { RunError, RunKind } from '../../pipeline/ports/state-port.ts';
import { hostIdentity } from '../../state/leases/host-identity.ts';
import { openState } from '../../state/run/open-state.ts';
import { stateLocation } from './state-location.ts';

interface Surroundings {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  readonly log: Logger;
  /** Removes secrets from a text that will be stored. */
  redact(text: string): string;
}

type EarlyRun = Pick<Job, 'runId' | 'connectorId' | 'target'> & {
  readonly kind: RunKind;
  readonly startedAt: Date;
};

/**
 * Records that a run failed before it had its own row in the state: for example, a secret is not set, or an earlier run
 * cannot be finished. Otherwise the state, and therefore Ops, would continue to report success. Never rejects.
 */
export async function recordEarlyFailure(
  error: BridgeError,
  { kind, runId, connectorId, target, startedAt }: EarlyRun,
  context: Surroundings,
): Promise<void> {
  if (!isFailureOfConnector(error)) return;
  try {
    const state = await openState({ ...stateLocation(context), kind, readOnly: false });
    try {
      // The process that holds the lease is running the connector and records its own result.
      const lease = await state.lease(connectorId, { runId, host: hostIdentity(), pid: process.pid });
      try {
        if ((await state.findRun(runId)) === undefined) {
          await state.beginRun({ runId, connectorId, target, startedAt });
          await state.failRun(runId, {
            error: redactedError(runErrorOf(error), context),
            finishedAt: systemClock.now(),
            abandon: true,
          });
        }
      } finally {
        await lease.release();
      }
    } finally {
      await state.close();
    }
  } catch (thrown) {
    context.log.debug('a run that failed before it began could not be recorded', {
      reason: toBridgeError(thrown).message,
    });
  }
}

/** Redacts an error, because it contains texts of drivers and servers, and the state stores it permanently. */
export function redactedError(
  { code, message, hint }: RunError,
  { redact }: Pick<Surroundings, 'redact'>,
): RunError {
  return { code, message: redact(message), ...(hint !== undefined && { hint: redact(hint) }) };
}

/** A concurrent run, a signal or an unavailable state is not a failure of the connector. */
function isFailureOfConnector({ code }: BridgeError): boolean {
  return code !== 'INTERRUPTED' && !code.startsWith('LEASE_') && !code.startsWith('STATE_');
}

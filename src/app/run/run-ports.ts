import process from 'node:process';
import { systemClock } from '../../core/time/clock.ts';
import { contentConfigOf, type Connector } from '../../definitions/connector/types.ts';
import { discoveryRecords } from '../../gemini/records.ts';
import type { Ports } from '../../pipeline/ports/job.ts';
import { hostIdentity } from '../../state/leases/host-identity.ts';
import { redactedError } from './record-early-failure.ts';

type OpenedPorts = Pick<Ports, 'source' | 'state' | 'store' | 'destination' | 'log' | 'observer' | 'kernel'>;

/**
 * Completes the ports of a run with those that are the same for every run of a connector. The state stores the errors of runs
 * without secrets.
 */
export function runPorts(
  opened: OpenedPorts,
  { spec }: Connector,
  context: Parameters<typeof redactedError>[1],
): Ports {
  const { state } = opened;
  return {
    ...opened,
    state: {
      ...state,
      failRun: (runId, failure) =>
        state.failRun(runId, { ...failure, error: redactedError(failure.error, context) }),
    },
    records: discoveryRecords({ contentConfig: contentConfigOf(spec) }),
    clock: systemClock,
    owner: { host: hostIdentity(), pid: process.pid },
  };
}

import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { loadConnectorUnderPolicy } from '../catalog/policy.ts';
import type { BridgeResult } from '../run/bridge.ts';
import { exitStatusOf } from '../run/connector-work.ts';
import type { Work, WorkTools } from '../run/run-once.ts';
import { reportedConnector, reportedFile } from '../run/telemetry/reported-connector.ts';
import { retireConnector, type RetireContext, type RetireOptions } from './retire.ts';

/** The environment of `retire`, in addition to what all kinds of work receive. */
export type RetireSurroundings = Omit<RetireContext, keyof WorkTools>;

/** Represents the retirement of a connector as work for `runOnce`. */
export function retireWork(
  options: RetireOptions,
  surroundings: RetireSurroundings,
): Work<Connector, BridgeResult> {
  const { path, cwd } = surroundings;
  const place = { path, cwd };
  const reported = { ...options, full: false, resend: false, reconcile: false };
  return {
    kind: 'connector',
    // A refused retirement is recorded in the audit log and not as a failure of the connector.
    recordsFailure: false,
    load: () => loadConnectorUnderPolicy(path, surroundings),
    requireFit: () => undefined,
    reported: (connector) => reportedConnector(connector, place, reported),
    reportedUnloaded: () => reportedFile(place, reported),
    perform: (connector, { signal, ...tools }) =>
      retireConnector(connector, options, { ...surroundings, ...tools }, signal),
    exitStatusOf: (result) => retireExitStatus(result, options),
  };
}

/** Held deletes have status 3 also if nothing was to be written, because the caller asked to delete; a dry run ends with 0. */
function retireExitStatus(result: BridgeResult, { dryRun }: RetireOptions): ExitStatus {
  return dryRun ? EXIT.done : exitStatusOf(result, true);
}

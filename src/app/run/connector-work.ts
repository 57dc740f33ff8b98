import { BridgeError } from '../../core/errors.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { loadConnectorUnderPolicy } from '../catalog/policy.ts';
import { runBridge, type BridgeContext, type BridgeResult } from './bridge.ts';
import type { RunOptions } from './job.ts';
import { reportedConnector, reportedFile } from './telemetry/reported-connector.ts';
import type { Work, WorkTools } from './run-once.ts';

/** The environment of a connector's run, in addition to what all kinds of work receive. */
export type ConnectorSurroundings = Omit<BridgeContext, keyof WorkTools>;

/**
 * Represents one run of a connector as work for `runOnce`.
 * @param path the connector's file, relative to the working directory
 */
export function connectorWork(
  path: string,
  options: RunOptions,
  surroundings: ConnectorSurroundings,
): Work<Connector, BridgeResult> {
  const place = { path, cwd: surroundings.cwd };
  return {
    kind: 'connector',
    recordsFailure: !options.dryRun,
    load: () => loadConnectorUnderPolicy(path, surroundings),
    requireFit: (connector) => {
      requirePushed(options, connector);
    },
    reported: (connector) => reportedConnector(connector, place, options),
    reportedUnloaded: () => reportedFile(place, options),
    perform: (connector, { signal, ...tools }) =>
      runBridge(connector, options, { ...surroundings, ...tools }, signal),
    exitStatusOf: (result) => exitStatusOf(result, options.detailedExitCode),
  };
}

/**
 * The exit status of a command that ran a connector.
 * @param detailed true if a plan has the exit status that a run would have
 */
export function exitStatusOf(
  { status, work }: Pick<BridgeResult, 'status' | 'work'>,
  detailed = false,
): ExitStatus {
  // A plan does not hold or quarantine anything: it only reports what a run would do.
  if (work === 'planned' && !detailed) return EXIT.done;
  switch (status) {
    case 'SUCCESS':
      return EXIT.done;
    case 'HELD':
      return EXIT.held;
    case 'PARTIAL':
      return EXIT.partial;
  }
}

/** @throws BridgeError USAGE */
function requirePushed({ pushRunId }: RunOptions, { metadata, spec }: Connector): void {
  if (pushRunId === undefined || spec.mode === 'rest_push') return;
  throw new BridgeError(
    'USAGE',
    `--push-run-id is only for rest_push connectors, and ${metadata.name} is a ${spec.mode} connector.`,
    { hint: 'Leave --push-run-id out.' },
  );
}

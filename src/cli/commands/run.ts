import { type Command, InvalidArgumentError, Option } from 'commander';
import { runBridge, type BridgeContext, type BridgeResult } from '../../app/run/bridge.ts';
import type { RunOptions } from '../../app/run/job.ts';
import { loadConnectorOrReport } from '../../app/run/load-connector.ts';
import type { PolicyPlace } from '../../app/catalog/policy.ts';
import { withSignals } from '../../app/run/process-signals.ts';
import { runCommandLine } from '../../app/run/run-command-line.ts';
import { newRunId } from '../../app/run/run-id.ts';
import {
  bothObservers,
  openTelemetry,
  withTelemetry,
  type TelemetryContext,
} from '../../app/run/telemetry.ts';
import { reportedConnector } from '../../app/run/reported-connector.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { systemClock } from '../../core/clock.ts';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import type { CommandIo } from '../command-io.ts';
import { RUN } from '../help/run.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { PROGRESS_MODES, type ProgressMode } from '../run-output/progress.ts';
import { resultWriter } from '../run-output/run-result.ts';
import { exitStatusOf } from '../run-output/summary.ts';
import { programVersion } from '../version.ts';
import { openRunOutput, reportFailure, reportHold, type RunOutput } from '../run-output/run-output.ts';

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

interface RunFlags {
  readonly connector: string;
  readonly dryRun?: true;
  readonly detailedExitCode?: true;
  readonly full?: true;
  readonly local?: true;
  readonly resend?: true;
  readonly reconcileFull?: true;
  readonly allowDeletes?: number;
  readonly runId?: string;
  readonly pushRunId?: string;
  readonly json?: true;
  readonly progress: ProgressMode;
}

/** @param beforeRows called once, before anything is read */
export function runCommand(io: CommandIo, beforeRows: () => void): Command {
  return new DocumentedCommand('run', RUN)
    .requiredOption('--connector <path>', 'connector file')
    .option('--dry-run', 'plan only: report what would change and write nothing')
    .option('--detailed-exit-code', 'with --dry-run: exit with 3 or 4 if the run would')
    .option('--full', 'read everything, ignoring the checkpoint')
    .option('--local', 'no cloud: artifacts go to ./local-bucket, requests are written instead of sent')
    .option('--allow-deletes <max>', 'release held deletes, if they are no more than <max>', wholeNumber)
    .option('--resend', 'read everything and send every document, also unchanged ones')
    .option('--reconcile-full', 're-send every document and delete everything else from the data store')
    .option('--run-id <id>', 'id of this run; the same id never does the work twice', runId)
    .option('--push-run-id <id>', 'deliver only pushes up to and including this push `run_id`')
    .option('--json', 'print one result object on stdout')
    .addOption(new Option('--progress <mode>', 'progress on stderr').choices(PROGRESS_MODES).default('auto'))
    .action((flags: RunFlags) => {
      beforeRows();
      return run(flags, io);
    });
}

async function run(flags: RunFlags, io: CommandIo): Promise<void> {
  const id = flags.runId ?? newRunId(systemClock.now());
  const output = openRunOutput(io, flags.progress, id);
  const results = resultWriter(io, flags.json === true, output.redactor);
  const detailedExitCode = flags.detailedExitCode === true;
  const startedMs = systemClock.elapsedMs();
  let connector: Connector | undefined;
  try {
    requireOneWay(flags);
    const options = optionsOf(flags, id, io);
    const surroundings = surroundingsOf(io, output);
    // Within, so that a signal neither cuts short what is told of the run nor adds to its time.
    const { loaded, result } = await withSignals(
      async (signal) => {
        const loaded = await loadConnectorOrReport(flags.connector, options, surroundings);
        connector = loaded;
        output.nameConnector(loaded.metadata.name);
        requirePushed(flags, loaded);
        const run = { connector: loaded, path: flags.connector, options, detailedExitCode };
        return { loaded, result: await execute(run, io, output, surroundings, signal) };
      },
      { process },
    );
    output.progress.stop();
    const summary = {
      connector: loaded.metadata.name,
      command: runCommandLine(flags.connector, flags.local === true),
      deletesAreSaid: loaded.spec.mode === 'rest_push',
      result,
      detailedExitCode,
      durationMs: systemClock.elapsedMs() - startedMs,
    };
    reportHold(summary, io, output);
    results.done(summary);
    io.exit(exitStatusOf(result, detailedExitCode));
  } catch (thrown) {
    output.progress.stop();
    const error = toBridgeError(thrown);
    reportFailure(error, io, output);
    results.failed(id, connector?.metadata.name ?? null, error);
    output.log.debug('stack', {
      stack: error.stack,
      cause: error.cause instanceof Error ? error.cause.stack : undefined,
    });
    io.exit(error.exit);
  }
}

/** @throws BridgeError ENVIRONMENT_INVALID, before anything is opened */
function surroundingsOf(io: CommandIo, { redactor, log }: RunOutput): RunSurroundings {
  const endpoints = io.env.endpoints();
  return {
    settings: io.env.telemetry(),
    retry: io.env.retry(),
    gcsEndpoint: endpoints.gcs,
    discoveryEngineEndpoint: endpoints.discoveryEngine,
    proxy: io.env.proxy,
    policyFile: io.env.policyFile,
    databaseUrl: io.env.databaseUrl,
    cwd: io.cwd,
    clock: systemClock,
    log,
    version: programVersion(),
    redact: (text) => redactor.redact(text),
  };
}

type RunSurroundings = TelemetryContext &
  PolicyPlace &
  Pick<BridgeContext, 'retry' | 'gcsEndpoint' | 'discoveryEngineEndpoint'>;

interface LoadedRun {
  readonly connector: Connector;
  /** As given on the command line. */
  readonly path: string;
  readonly options: RunOptions;
  readonly detailedExitCode: boolean;
}

async function execute(
  { connector, path, options, detailedExitCode }: LoadedRun,
  io: CommandIo,
  { redactor, progress, log }: RunOutput,
  surroundings: RunSurroundings,
  signal: AbortSignal,
): Promise<BridgeResult> {
  const shared = { ...surroundings, log: log.child({ connector: connector.metadata.name }) };
  const reported = reportedConnector(connector, { path, cwd: io.cwd }, options);
  const telemetry = await openTelemetry(reported, options, shared);
  const context = {
    ...shared,
    oracleClientLibDir: io.env.oracleClientLibDir,
    redactor,
    observer: bothObservers(progress, telemetry.observer),
    secret: (variable: string) => {
      const value = io.env.secret(variable);
      if (value !== undefined) redactor.add(value);
      return value;
    },
  };
  const statusOf = (result: BridgeResult) => exitStatusOf(result, detailedExitCode);
  return withTelemetry(telemetry, statusOf, () => runBridge(connector, options, context, signal));
}

function optionsOf(flags: RunFlags, id: string, io: CommandIo): RunOptions {
  return {
    runId: id,
    local: flags.local === true,
    dryRun: flags.dryRun === true,
    full: flags.full === true,
    resend: flags.resend === true,
    reconcile: flags.reconcileFull === true,
    sends: flags.local === true || !io.env.ingestionDryRun(),
    allowDeletes: flags.allowDeletes,
    pushRunId: flags.pushRunId,
  };
}

/** @throws BridgeError USAGE */
function requireOneWay({ resend, reconcileFull }: RunFlags): void {
  if (resend !== true || reconcileFull !== true) return;
  throw new BridgeError('USAGE', '--resend and --reconcile-full cannot be combined.', {
    hint: 'Use --resend to keep documents of other connectors, or --reconcile-full to delete everything else from the data store.',
  });
}

function requirePushed({ pushRunId }: RunFlags, { metadata, spec }: Connector): void {
  if (pushRunId === undefined || spec.mode === 'rest_push') return;
  throw new BridgeError(
    'USAGE',
    `--push-run-id is only for rest_push connectors, and ${metadata.name} is a ${spec.mode} connector.`,
    { hint: 'Leave --push-run-id out.' },
  );
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Must be a whole number.');
  return value;
}

function runId(text: string): string {
  if (RUN_ID.test(text)) return text;
  throw new InvalidArgumentError(
    'Must be 1 to 100 letters, digits, dots, dashes or underscores, beginning with a letter or digit.',
  );
}

import { type Command, InvalidArgumentError } from 'commander';
import type { BridgeResult } from '../../app/run/bridge.ts';
import type { ConnectorSurroundings } from '../../app/run/connector-work.ts';
import type { RunOptions } from '../../app/run/job.ts';
import type { Observer } from '../../pipeline/ports/job.ts';
import { runCommandLine } from '../../app/run/process/run-command-line.ts';
import { newRunId } from '../../app/run/run-id.ts';
import type { RunSurroundings } from '../../app/run/run-once.ts';
import { systemClock } from '../../core/time/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import { SAMPLE_DOCUMENTS_MAX } from '../../core/limits.ts';
import type { CommandIo } from '../command-io.ts';
import { RUN } from '../help/commands/run.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { resultWriter } from '../run-output/run-result.ts';
import { openRunOutput, reportFailure, reportHold, type RunOutput } from '../run-output/run-output.ts';
import {
  addOutputOptions,
  allowDeletesOption,
  runIdOption,
  runSurroundings,
  type RunFlags,
} from './run-options.ts';

interface ConnectorFlags extends RunFlags {
  readonly connector: string;
  readonly dryRun?: true;
  readonly detailedExitCode?: true;
  readonly sample?: number;
  readonly showDocument?: string;
  readonly full?: true;
  readonly local?: true;
  readonly resend?: true;
  readonly reconcileFull?: true;
  readonly pushRunId?: string;
}

/** @param keepHeapSmall called after the second batch of rows: a run of a few rows has no need of it */
export function runCommand(io: CommandIo, keepHeapSmall: () => void): Command {
  const command = new DocumentedCommand('run', RUN)
    .requiredOption('--connector <path>', 'connector file')
    .option('--dry-run', 'plan only: report what would change and write nothing')
    .option('--detailed-exit-code', 'with --dry-run: exit with 3 or 4 if the run would')
    .option(
      '--sample <n>',
      `with --dry-run: print the first <n> documents that the run would send, at most ${SAMPLE_DOCUMENTS_MAX}`,
      sampleSize,
    )
    .option('--show-document <id>', 'with --dry-run: print this document as the run would send it')
    .option('--full', 'read everything, ignoring the checkpoint')
    .option('--local', 'no cloud: artifacts go to ./local-bucket, requests are written instead of sent')
    .addOption(allowDeletesOption())
    .option('--resend', 'read everything and send every document, including unchanged ones')
    .option('--reconcile-full', 're-send every document and delete everything else from the data store')
    .addOption(runIdOption())
    .option('--push-run-id <id>', 'deliver only pushes up to and including this push `run_id`');
  return addOutputOptions(command).action((flags: ConnectorFlags) => run(flags, io, keepHeapSmall));
}

async function run(flags: ConnectorFlags, io: CommandIo, keepHeapSmall: () => void): Promise<void> {
  const id = flags.runId ?? newRunId(systemClock.now());
  const output = openRunOutput(io, flags.progress, id, 'connector');
  const results = resultWriter(io, flags.json === true);
  const startedMs = systemClock.elapsedMs();
  try {
    requireOneWay(flags);
    requireDryRun(flags);
    const options = optionsOf(flags, id, io);
    const surroundings = surroundingsOf(io, output, keepHeapSmall);
    const { connectorWork } = await import('../../app/run/connector-work.ts');
    const { runOnce } = await import('../../app/run/run-once.ts');
    const work = connectorWork(flags.connector, options, surroundings);
    const { definition, result, exitStatus } = await runOnce(work, surroundings);
    output.progress.stop();
    const summary = {
      connector: definition.metadata.name,
      command: runCommandLine(flags.connector, options.local),
      deletesAreSaid: definition.spec.mode === 'rest_push',
      result: withRedactedDocuments(result, io),
      exitStatus,
      durationMs: systemClock.elapsedMs() - startedMs,
    };
    reportHold(summary, io, output);
    results.done(summary);
    io.exit(exitStatus);
  } catch (thrown) {
    const error = reportFailure(thrown, io, output);
    results.failed(id, output.definition, error);
    io.exit(error.exit);
  }
}

/** @throws BridgeError ENVIRONMENT_INVALID, before anything is opened */
function surroundingsOf(
  io: CommandIo,
  output: RunOutput,
  keepHeapSmall: () => void,
): RunSurroundings & ConnectorSurroundings {
  const { env } = io;
  const endpoints = env.endpoints();
  const shared = runSurroundings(io, output);
  return {
    ...shared,
    retry: env.retry(),
    gcsEndpoint: endpoints.gcs,
    discoveryEngineEndpoint: endpoints.discoveryEngine,
    policyFile: env.policyFile,
    oracleClientLibDir: env.oracleClientLibDir,
    rowKernel: env.rowKernel,
    observer: afterFirstBatch(output.progress, keepHeapSmall),
  };
}

/** The observer, and a call when a second batch follows the first. */
function afterFirstBatch(observer: Observer, call: () => void): Observer {
  let batches = 0;
  return {
    phase: (phase) => {
      observer.phase(phase);
    },
    expected: (rows) => observer.expected?.(rows),
    rows: (counts) => {
      batches++;
      if (batches === 2) call();
      observer.rows(counts);
    },
  };
}

function optionsOf(flags: ConnectorFlags, id: string, io: CommandIo): RunOptions {
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
    detailedExitCode: flags.detailedExitCode === true,
    sample: flags.sample,
    showDocument: flags.showDocument,
  };
}

/** @throws BridgeError USAGE if both options are set */
function requireOneWay({ resend, reconcileFull }: ConnectorFlags): void {
  if (resend !== true || reconcileFull !== true) return;
  throw new BridgeError('USAGE', '--resend and --reconcile-full cannot be combined.', {
    hint: 'Use --resend to keep documents of other connectors, or --reconcile-full to delete everything else from the data store.',
  });
}

/** @throws BridgeError USAGE if documents are to be printed by a run that sends them */
function requireDryRun({ dryRun, sample, showDocument }: ConnectorFlags): void {
  if (dryRun === true || (sample === undefined && showDocument === undefined)) return;
  throw new BridgeError(
    'USAGE',
    `${sample === undefined ? '--show-document' : '--sample'} needs --dry-run.`,
    {
      hint: 'Add --dry-run. To see what a run has sent, read upserts.ndjson of its folder.',
    },
  );
}

/** A source may have the secret of its own connector in its rows. */
function withRedactedDocuments(result: BridgeResult, { env }: CommandIo): BridgeResult {
  const { documents } = result;
  if (documents === undefined) return result;
  return { ...result, documents: documents.map((document) => env.redactor.redact(document)) };
}

function sampleSize(text: string): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && value <= SAMPLE_DOCUMENTS_MAX) return value;
  throw new InvalidArgumentError(`Must be a whole number from 1 to ${SAMPLE_DOCUMENTS_MAX}.`);
}

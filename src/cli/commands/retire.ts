import { Option, type Command } from 'commander';
import { retireRunId } from '../../app/retire/retire-id.ts';
import { retireCommandLine } from '../../app/run/process/run-command-line.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { CommandIo } from '../command-io.ts';
import { RETIRE } from '../help/commands/retire.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { openRunOutput, reportFailure, reportHold } from '../run-output/run-output.ts';
import { resultWriter } from '../run-output/run-result.ts';
import { commandLineActor } from '../environment/command-line-actor.ts';
import {
  addOutputOptions,
  retireIdOption,
  runSurroundings,
  wholeNumber,
  type RunFlags,
} from './run-options.ts';

interface RetireFlags extends RunFlags {
  readonly connector: string;
  readonly local?: true;
  readonly dryRun?: true;
}

export function retireCommand(io: CommandIo): Command {
  const command = new DocumentedCommand('retire', RETIRE)
    .requiredOption('--connector <path>', 'connector file')
    .option('--dry-run', 'plan only: report what would be deleted and write nothing')
    .option('--local', 'no cloud: the documents of `run --local`, and requests are written instead of sent')
    .addOption(
      new Option('--allow-deletes <number>', 'delete the documents, if this is their exact number').argParser(
        wholeNumber,
      ),
    )
    .addOption(retireIdOption());
  return addOutputOptions(command).action((flags: RetireFlags) => retire(flags, io));
}

async function retire(flags: RetireFlags, io: CommandIo): Promise<void> {
  const { env } = io;
  const runId = retireRunId(flags.runId, systemClock.now());
  const output = openRunOutput(io, flags.progress, runId, 'connector');
  const results = resultWriter(io, flags.json === true);
  const startedMs = systemClock.elapsedMs();
  try {
    const local = flags.local === true;
    const dryRun = flags.dryRun === true;
    const sends = local || !env.ingestionDryRun();
    const options = { runId, local, dryRun, sends, allowDeletes: flags.allowDeletes };
    const endpoints = env.endpoints();
    const surroundings = {
      ...runSurroundings(io, output),
      path: flags.connector,
      connectorsDir: env.connectorsDir,
      policyFile: env.policyFile,
      retry: env.retry(),
      gcsEndpoint: endpoints.gcs,
      discoveryEngineEndpoint: endpoints.discoveryEngine,
      actor: commandLineActor(),
    };
    const { retireWork } = await import('../../app/retire/retire-work.ts');
    const { runOnce } = await import('../../app/run/run-once.ts');
    const work = retireWork(options, surroundings);
    const { definition, result, exitStatus } = await runOnce(work, surroundings);
    output.progress.stop();
    const summary = {
      connector: definition.metadata.name,
      command: retireCommandLine(flags.connector, local),
      deletesAreSaid: true,
      onlyDeletes: true,
      result,
      exitStatus,
      durationMs: systemClock.elapsedMs() - startedMs,
    };
    reportHold(summary, io, output);
    results.done(summary);
    io.exit(exitStatus);
  } catch (thrown) {
    const error = reportFailure(thrown, io, output);
    results.failed(runId, output.definition, error);
    io.exit(error.exit);
  }
}

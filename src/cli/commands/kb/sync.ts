import { InvalidArgumentError, Option, type Command } from 'commander';
import type { RunSurroundings } from '../../../app/run/run-once.ts';
import { newRunId } from '../../../app/run/run-id.ts';
import { shellWord } from '../../../app/run/run-command-line.ts';
import { toBridgeError } from '../../../core/errors.ts';
import { systemClock } from '../../../core/time/clock.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { KB_SYNC } from '../../help/kb.ts';
import { knowledgeResultWriter, reportKnowledgeHold } from '../../run-output/knowledge-result.ts';
import { PROGRESS_MODES, type ProgressMode } from '../../run-output/progress.ts';
import { openRunOutput, reportFailure, type RunOutput } from '../../run-output/run-output.ts';
import { programVersion } from '../../version.ts';
import { openKnowledge } from './open.ts';

interface SyncFlags {
  readonly source: string;
  readonly untilDone?: true;
  readonly restart?: true;
  readonly allowDeletes?: number;
  readonly json?: true;
  readonly progress: ProgressMode;
}

export function syncCommand(io: CommandIo): Command {
  return new DocumentedCommand('sync', KB_SYNC)
    .requiredOption('--source <id>', 'id or name of the source, as in `kb list`')
    .option('--until-done', 'sync pages until the pass is complete (default: one page)')
    .option('--restart', 'begin a new pass at the first page')
    .option('--allow-deletes <max>', 'release held deletes, if they are no more than <max>', wholeNumber)
    .option('--json', 'print one result object on stdout')
    .addOption(new Option('--progress <mode>', 'progress on stderr').choices(PROGRESS_MODES).default('auto'))
    .action((flags: SyncFlags) => sync(flags, io));
}

async function sync(flags: SyncFlags, io: CommandIo): Promise<void> {
  const runId = newRunId(systemClock.now());
  const output = openRunOutput(io, flags.progress, runId, 'knowledge_source');
  const results = knowledgeResultWriter(io, flags.json === true);
  const startedMs = systemClock.elapsedMs();
  try {
    const { knowledgeWork } = await import('../../../app/knowledge/knowledge-work.ts');
    const { runOnce } = await import('../../../app/run/run-once.ts');
    const options = {
      runId,
      untilDone: flags.untilDone === true,
      restart: flags.restart === true,
      allowDeletes: flags.allowDeletes,
    };
    const work = knowledgeWork(flags.source, options, {
      databaseUrl: io.env.databaseUrl,
      cwd: io.cwd,
      open: (tools) => openKnowledge(io, tools?.log ?? output.log),
    });
    const { definition, result, exitStatus } = await runOnce(work, surroundingsOf(io, output));
    output.progress.stop();
    const summary = {
      source: definition,
      command: `kb sync --source ${shellWord(flags.source)}`,
      result,
      exitStatus,
      durationMs: systemClock.elapsedMs() - startedMs,
    };
    reportKnowledgeHold(summary, io, output);
    results.done(summary);
    io.exit(exitStatus);
  } catch (thrown) {
    output.progress.stop();
    const error = toBridgeError(thrown);
    reportFailure(error, io, output);
    results.failed(runId, output.connector ?? flags.source, error);
    io.exit(error.exit);
  }
}

/** @throws BridgeError ENVIRONMENT_INVALID, before anything is opened */
function surroundingsOf({ env, cwd }: CommandIo, output: RunOutput): RunSurroundings {
  return {
    settings: env.telemetry(),
    proxy: env.proxy,
    databaseUrl: env.databaseUrl,
    cwd,
    clock: systemClock,
    version: programVersion(),
    stop: process,
    log: output.log,
    observer: output.progress,
    redactor: env.redactor,
    secret: (variable) => env.secret(variable),
    similarSecret: (variable) => env.similarSecret(variable),
    loaded: (name) => {
      output.nameConnector(name);
    },
  };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Must be a whole number.');
  return value;
}

import type { Command } from 'commander';
import { newRunId } from '../../../app/run/run-id.ts';
import { shellWord } from '../../../core/text/shell-word.ts';
import { systemClock } from '../../../core/time/clock.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { KB_SYNC } from '../../help/commands/kb.ts';
import { knowledgeResultWriter, reportKnowledgeHold } from '../../run-output/knowledge-result.ts';
import { openRunOutput, reportFailure } from '../../run-output/run-output.ts';
import {
  addOutputOptions,
  allowDeletesOption,
  runIdOption,
  runSurroundings,
  type RunFlags,
} from '../run-options.ts';
import { openKnowledge } from './open.ts';

interface SyncFlags extends RunFlags {
  readonly source: string;
  readonly untilDone?: true;
  readonly restart?: true;
}

export function syncCommand(io: CommandIo): Command {
  const command = new DocumentedCommand('sync', KB_SYNC)
    .requiredOption('--source <id>', 'id or name of the source, as in `kb list`')
    .option('--until-done', 'sync pages until the pass is complete (default: one page)')
    .option('--restart', 'begin a new pass at the first page')
    .addOption(allowDeletesOption())
    .addOption(runIdOption());
  return addOutputOptions(command).action((flags: SyncFlags) => sync(flags, io));
}

async function sync(flags: SyncFlags, io: CommandIo): Promise<void> {
  const runId = flags.runId ?? newRunId(systemClock.now());
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
    const { definition, result, exitStatus } = await runOnce(work, runSurroundings(io, output));
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
    const error = reportFailure(thrown, io, output);
    results.failed(runId, output.definition ?? flags.source, error);
    io.exit(error.exit);
  }
}

import { type Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../../core/exit-status.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { VariablesFor } from '../../app/worker/run-command.ts';
import { WORKER_RUNS_AT_ONCE, WORKER_RUNS_AT_ONCE_MAX, WORKER_SHUTDOWN_SECONDS_MAX } from '../limits.ts';
import type { CommandIo } from '../command-io.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { WORKER } from '../help/commands/worker.ts';
import { isPretty } from '../output/pretty-log.ts';
import { stderrLogger } from '../output/stderr-logger.ts';

interface WorkerFlags {
  readonly once?: true;
  readonly concurrency: number;
}

/** `worker`: executes requested runs until it is stopped. @throws BridgeError STATE_* or ENVIRONMENT_INVALID */
export function workerCommand(io: CommandIo): Command {
  return new DocumentedCommand('worker', WORKER)
    .option('--once', 'execute the requests that wait now, then end')
    .option('--concurrency <n>', 'child processes at the same time', concurrency, WORKER_RUNS_AT_ONCE)
    .action(async (flags: WorkerFlags) => {
      await work(flags, io);
      io.exit(EXIT.done);
    });
}

async function work({ once, concurrency }: WorkerFlags, io: CommandIo): Promise<void> {
  const { runWorker } = await import('../../app/worker/open-worker.ts');
  const { withSignals } = await import('../../app/run/process/process-signals.ts');
  const { databaseUrl, connectorsDir, policyFile } = io.env;
  const surroundings = {
    databaseUrl,
    connectorsDir,
    policyFile,
    cwd: io.cwd,
    clock: systemClock,
    log: stderrLogger(io),
    variablesFor: variablesFor(io),
  };
  await withSignals((signal) => runWorker({ once: once === true, concurrency }, surroundings, signal), {
    process,
    shutdownSeconds: WORKER_SHUTDOWN_SECONDS_MAX,
  });
}

/** Child processes write log lines in the format of the worker. */
function variablesFor(io: CommandIo): VariablesFor {
  const format = isPretty(io) ? 'pretty' : 'json';
  return (kind, secretVariables) => ({
    ...io.env.forRun(secretVariables, kind),
    LOG_FORMAT: format,
  });
}

function concurrency(text: string): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && value <= WORKER_RUNS_AT_ONCE_MAX) return value;
  throw new InvalidArgumentError(`Must be a whole number from 1 to ${WORKER_RUNS_AT_ONCE_MAX}.`);
}

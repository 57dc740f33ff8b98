import { execa } from 'execa';
import { secretVariable } from '../../definitions/connector/secrets/secrets.ts';
import type { Clock } from '../../core/time/clock.ts';
import { RUN_LOG_CHARACTERS_MAX, RUN_LOG_KEEP_MS, STARTED_RUNS_MAX } from '../limits.ts';
import { SERVER_DRAIN_SECONDS_MAX } from '../../core/limits.ts';
import type { Logger } from '../../core/log.ts';
import type { StartedRun } from '../../state/server/started-runs.ts';
import { LogTail } from './log-tail.ts';
import { ownProgramArguments } from '../run/process/own-program.ts';
import { newRunId } from '../run/run-id.ts';

/** Stores the data that the starter keeps about its runs. */
export interface StartedRuns {
  add(run: Pick<StartedRun, 'runId' | 'connectorId' | 'startedBy' | 'startedAt'>): Promise<void>;
  saveRunLog(runId: string, log: string): Promise<void>;
  end(
    runId: string,
    end: Pick<StartedRun, 'exitStatus' | 'log'> & { readonly finishedAt: string },
  ): Promise<void>;
}

/** A "run now" request. */
interface RunOrder {
  readonly connectorId: string;
  /** The connector's file, relative to the working directory. */
  readonly file: string;
  /** Names of the secrets that the connector refers to. */
  readonly secretRefs: readonly string[];
  readonly dryRun: boolean;
  readonly full: boolean;
  /** The id of the key that made the request. */
  readonly startedBy: string;
}

/** Starts runs as separate processes, so that a run and the server cannot harm each other. */
export interface RunStarter {
  /** @returns the run's id after its process has started; undefined if `STARTED_RUNS_MAX` runs are already in progress */
  start(order: RunOrder): Promise<string | undefined>;
  /** Stops the runs, and resolves when they have ended and their logs are stored. */
  stop(): Promise<void>;
}

export function createRunStarter(context: {
  readonly runs: StartedRuns;
  /** Returns the environment of a run. @param secretVariables the `SECRET_…` variables that its connector needs */
  readonly variablesForRun: (secretVariables: readonly string[]) => Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Logger;
}): RunStarter {
  const { runs, variablesForRun, cwd, clock, log } = context;
  /** A run is counted before the state is queried, so that simultaneous requests cannot exceed the limit. */
  const atWork = new Set<Promise<void>>();
  const stopping = new AbortController();

  async function follow(
    runId: string,
    args: readonly string[],
    secretRefs: readonly string[],
  ): Promise<void> {
    const tail = new LogTail(RUN_LOG_CHARACTERS_MAX);
    const child = execa(process.execPath, ownProgramArguments(args), {
      cwd,
      // The run does not receive the server's own keys or the secrets of other connectors.
      env: { ...variablesForRun(secretRefs.map(secretVariable)), LOG_FORMAT: 'json' },
      extendEnv: false,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      buffer: false,
      reject: false,
      cancelSignal: stopping.signal,
      forceKillAfterDelay: SERVER_DRAIN_SECONDS_MAX * 1_000,
    });
    // Both streams consist of complete lines of JSON, and the last line is the result.
    for (const stream of [child.stderr, child.stdout]) stream.on('data', tail.stream());
    const keeping = setInterval(() => {
      runs.saveRunLog(runId, tail.text).catch((thrown: unknown) => {
        log.debug('the log of a run could not be kept for now', { run: runId, reason: String(thrown) });
      });
    }, RUN_LOG_KEEP_MS);
    const { exitCode } = await child;
    clearInterval(keeping);
    const finishedAt = clock.now().toISOString();
    await runs.end(runId, { exitStatus: exitCode ?? null, finishedAt, log: tail.text });
    log.info('a run that was started here has ended', { run: runId, exitStatus: exitCode });
  }

  const followLogged = (runId: string, args: readonly string[], secretRefs: readonly string[]) =>
    follow(runId, args, secretRefs).catch((thrown: unknown) => {
      log.error('the result of a run could not be stored', { run: runId, reason: String(thrown) });
    });

  return {
    async start({ connectorId, file, secretRefs, dryRun, full, startedBy }) {
      if (atWork.size >= STARTED_RUNS_MAX || stopping.signal.aborted) return undefined;
      const startedAt = clock.now();
      const runId = newRunId(startedAt);
      const args = ['run', '--connector', file, '--run-id', runId, '--progress', 'json', '--json'];
      if (dryRun) args.push('--dry-run');
      if (full) args.push('--full');
      const noted = runs.add({ runId, connectorId, startedBy, startedAt: startedAt.toISOString() });
      const following = noted
        .then(
          () => followLogged(runId, args, secretRefs),
          // The caller receives the error.
          () => undefined,
        )
        .finally(() => atWork.delete(following));
      atWork.add(following);
      await noted;
      log.info('run started', { run: runId, connector: connectorId, by: startedBy });
      return runId;
    },
    async stop() {
      stopping.abort();
      await Promise.all(atWork);
    },
  };
}

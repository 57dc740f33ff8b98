import { execa } from 'execa';
import { LogTail } from '../serve/log-tail.ts';
import { ownProgramArguments } from '../run/process/own-program.ts';
import { WORKER_KILL_SECONDS, WORKER_RESULT_CHARACTERS_MAX } from '../limits.ts';

/** A command of this program, and the environment in which it runs. */
export interface ChildCommand {
  readonly args: readonly string[];
  /** The whole environment of the process. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface ChildEnd {
  /** Undefined if a signal ended the process, or it did not start. */
  readonly exitStatus: number | undefined;
  /** The last line of stdout: with `--json`, the result. */
  readonly lastLine: string;
}

/**
 * Runs a command of this program in a child process. Its log lines go to the stderr of this process.
 * @param signal sends SIGTERM to the process, which is killed if it does not end in time
 */
export type StartChild = (command: ChildCommand, signal: AbortSignal) => Promise<ChildEnd>;

/** @param cwd the working directory of the processes */
export function childStarter(cwd: string): StartChild {
  return async ({ args, variables }, signal) => {
    const output = new LogTail(WORKER_RESULT_CHARACTERS_MAX);
    const child = execa(process.execPath, ownProgramArguments(args), {
      cwd,
      env: variables,
      extendEnv: false,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'inherit',
      buffer: false,
      reject: false,
      cancelSignal: signal,
      forceKillAfterDelay: WORKER_KILL_SECONDS * 1_000,
    });
    child.stdout.on('data', output.stream());
    const { exitCode } = await child;
    return { exitStatus: exitCode, lastLine: output.text.trimEnd().split('\n').at(-1) ?? '' };
  };
}

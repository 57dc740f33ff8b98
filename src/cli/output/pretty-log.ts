import type { CommandIo } from '../command-io.ts';

/** Whether log lines are formatted for a person: according to `LOG_FORMAT`, otherwise if stderr is a terminal. */
export function isPretty({ env, stderr }: Pick<CommandIo, 'env' | 'stderr'>): boolean {
  return env.logFormat === undefined ? stderr.isTTY === true : env.logFormat === 'pretty';
}

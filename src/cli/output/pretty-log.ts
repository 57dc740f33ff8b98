import type { CommandIo } from '../command-io.ts';

/** Whether log lines are for a person: as `LOG_FORMAT` says, otherwise when stderr is a terminal. */
export function isPretty({ env, stderr }: Pick<CommandIo, 'env' | 'stderr'>): boolean {
  return env.logFormat === undefined ? stderr.isTTY === true : env.logFormat === 'pretty';
}

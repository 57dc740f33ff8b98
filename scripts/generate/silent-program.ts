import type { Command } from 'commander';
import { readEnvironment } from '../../src/cli/environment/environment.ts';
import { program } from '../../src/cli/main.ts';

const silent = { write: () => true };

/** The commands of the program, with an empty environment. */
export function silentProgram(): Command {
  const io = {
    stdout: silent,
    stderr: silent,
    env: readEnvironment({}),
    cwd: '.',
    exit: () => undefined,
  };
  return program(io, () => undefined);
}

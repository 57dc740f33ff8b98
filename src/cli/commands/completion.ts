import { Argument, type Command } from 'commander';
import { EXIT } from '../../core/exit-status.ts';
import type { CompletedCommand } from '../completion/command-tree.ts';
import type { CommandIo } from '../command-io.ts';
import { COMPLETION } from '../help/commands/completion.ts';
import { DocumentedCommand } from '../help/documented-command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/**
 * `completion`: prints a completion script for a shell, generated from the commands of the program that this command belongs
 * to.
 */
export function completionCommand(io: CommandIo): Command {
  return new DocumentedCommand('completion', COMPLETION)
    .addArgument(new Argument('<shell>', 'shell of the script').choices(SHELLS))
    .action(async (shell: (typeof SHELLS)[number], _flags: object, command: Command) => {
      const program = command.parent ?? command;
      const { completedCommands } = await import('../completion/command-tree.ts');
      const commands = completedCommands(program);
      io.stdout.write(await scriptFor(shell, program.name(), commands));
      io.exit(EXIT.done);
    });
}

async function scriptFor(
  shell: (typeof SHELLS)[number],
  program: string,
  commands: readonly CompletedCommand[],
): Promise<string> {
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash.ts')).bashScript(program, commands);
    case 'zsh':
      return (await import('../completion/zsh.ts')).zshScript(program, commands);
    case 'fish':
      return (await import('../completion/fish.ts')).fishScript(program, commands);
  }
}

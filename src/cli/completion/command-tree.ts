import type { Argument, Command, Option } from 'commander';

/** The possible values of an option or an argument. */
export type Values =
  { readonly kind: 'choices'; readonly choices: readonly string[] } | { readonly kind: 'files' | 'any' };

export interface CompletedOption {
  /** `--version` and perhaps `-V`. */
  readonly flags: readonly string[];
  readonly about: string;
  /** undefined: the option takes no value. */
  readonly values: Values | undefined;
}

export interface CompletedCommand {
  /** The words after the program name: empty for the program itself, `keys create` for a subcommand. */
  readonly path: string;
  readonly options: readonly CompletedOption[];
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly argument: Values | undefined;
}

/** A program and all its commands, in the form that the completion scripts require. */
export function completedCommands(program: Command): CompletedCommand[] {
  return commandsFrom(program, '');
}

function commandsFrom(command: Command, path: string): CompletedCommand[] {
  const help = command.createHelp();
  const [argument] = command.registeredArguments;
  const own: CompletedCommand = {
    path,
    options: help.visibleOptions(command).map((option) => ({
      flags: [option.long, option.short].filter((flag) => flag !== undefined),
      about: option.description,
      values: option.required || option.optional ? valuesOf(option, option.flags) : undefined,
    })),
    commands: help
      .visibleCommands(command)
      .map((each) => ({ name: each.name(), about: help.subcommandDescription(each) })),
    argument: argument === undefined ? undefined : valuesOf(argument, `<${argument.name()}>`),
  };
  const below = command.commands.flatMap((each) => commandsFrom(each, `${path} ${each.name()}`.trim()));
  return [own, ...below];
}

/** A value with the placeholder `<path>` is completed as a file or folder. */
function valuesOf({ argChoices }: Option | Argument, placeholder: string): Values {
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices };
  return { kind: placeholder.includes('<path>') ? 'files' : 'any' };
}

/** The words that lead from a command to its subcommands, as shell patterns: `keys create`. */
export function stepsOf(
  commands: readonly CompletedCommand[],
): readonly { from: string; word: string; to: string }[] {
  return commands
    .filter(({ path }) => path !== '')
    .map(({ path }) => {
      const words = path.split(' ');
      return { from: words.slice(0, -1).join(' '), word: words.at(-1) ?? '', to: path };
    });
}

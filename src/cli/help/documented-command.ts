import { Command, type ErrorOptions, type Help, type ParseOptionsResult } from 'commander';
import type { Documentation } from './documentation.ts';
import { HelpText } from './help-text.ts';

/** Of the command `help`, which every command with subcommands has. */
export const HELP_SUMMARY = 'show the help of a command';

/** A command whose help has the form of all commands. */
export class DocumentedCommand extends Command {
  readonly documentation: Documentation;

  constructor(name: string, documentation: Documentation) {
    super(name);
    this.documentation = documentation;
    this.summary(documentation.summary).description(documentation.description.join('\n\n'));
  }

  override createHelp(): Help {
    return Object.assign(new HelpText(this.documentation), this.configureHelp());
  }

  /**
   * Commander looks for missing options before it looks for unknown ones, so `--conector x` would be reported as a missing
   * `--connector`. With an unknown option nothing runs, so nothing is missing then.
   */
  override parseOptions(args: string[]): ParseOptionsResult {
    const parsed = super.parseOptions(args);
    const asksForHelp = parsed.unknown.includes('--help') || parsed.unknown.includes('-h');
    if (asksForHelp || parsed.unknown.length === 0) return parsed;
    for (const option of this.options) option.makeOptionMandatory(false);
    return parsed;
  }

  /** A missing option is reported with the values that it can have. */
  override error(message: string, details?: ErrorOptions): never {
    const missing =
      details?.code === 'commander.missingMandatoryOptionValue'
        ? this.options.find(({ flags, argChoices }) => argChoices && message.includes(`'${flags}'`))
        : undefined;
    const choices =
      missing?.argChoices === undefined ? '' : `. Allowed choices are ${missing.argChoices.join(', ')}.`;
    super.error(`${message}${choices}`, details);
  }
}

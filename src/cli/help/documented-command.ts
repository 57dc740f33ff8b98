import { Command, type ErrorOptions, type Help, type ParseOptionsResult } from 'commander';
import type { Documentation } from './documentation.ts';
import { HelpText } from './help-text.ts';

/** The summary of the command `help`, which every command with subcommands has. */
export const HELP_SUMMARY = 'show the help of a command';

/** A command whose help has the common format. */
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
   * Commander checks for missing options before it checks for unknown ones, so `--conector x` would be reported as a missing
   * `--connector`. A command with an unknown option does not run, so missing options need not be reported then.
   */
  override parseOptions(args: string[]): ParseOptionsResult {
    const parsed = super.parseOptions(args);
    const asksForHelp = parsed.unknown.includes('--help') || parsed.unknown.includes('-h');
    if (asksForHelp || parsed.unknown.length === 0) return parsed;
    for (const option of this.options) option.makeOptionMandatory(false);
    return parsed;
  }

  /** Adds the possible values to the error about a missing option. */
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

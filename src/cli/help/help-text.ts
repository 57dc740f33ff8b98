import { Help, type Argument, type Command, type Option } from 'commander';
import { styleCode } from '../output/terminal.ts';
import { exitRows, type Documentation } from './documentation.ts';

const BOLD = 1;
const STATUS_WIDTH = 3;
/** In fewer columns, a description is not wrapped. */
const WRAP_COLUMNS_MIN = 20;
const INDENT = '  ';

/**
 * The help of every command, in one format: description, usage, arguments, options, commands, exit statuses, examples.
 * Commander removes the styles if the output has no colours.
 */
export class HelpText extends Help {
  readonly #documentation: Documentation;

  constructor(documentation: Documentation) {
    super();
    this.minWidthToWrap = WRAP_COLUMNS_MIN;
    this.#documentation = documentation;
  }

  override styleTitle(title: string): string {
    return `${styleCode(BOLD)}${title}${styleCode(0)}`;
  }

  override optionDescription(option: Option): string {
    return described(option.description, [
      ...(option.mandatory ? ['required'] : []),
      ...choicesOf(option),
      ...defaultOf(option),
    ]);
  }

  override argumentDescription(argument: Argument): string {
    return described(argument.description, [...choicesOf(argument), ...defaultOf(argument)]);
  }

  override formatHelp(command: Command, helper: Help): string {
    const { description, exits, examples } = this.#documentation;
    const termWidth = helper.padWidth(command, helper);
    const item = (term: string, text: string) => helper.formatItem(term, termWidth, text, helper);
    const sections = [
      ...description.map((paragraph) => helper.boxWrap(paragraph, helper.helpWidth ?? Infinity)),
      `${this.styleTitle('Usage:')} ${helper.commandUsage(command)}`,
      this.#section(
        'Arguments:',
        helper
          .visibleArguments(command)
          .map((argument) => item(helper.argumentTerm(argument), helper.argumentDescription(argument))),
      ),
      this.#section(
        'Options:',
        helper
          .visibleOptions(command)
          .map((option) => item(helper.optionTerm(option), helper.optionDescription(option))),
      ),
      this.#section(
        'Commands:',
        helper
          .visibleCommands(command)
          .map((each) => item(helper.subcommandTerm(each), helper.subcommandDescription(each))),
      ),
      this.#section(
        'Exit statuses:',
        exitRows(exits).map(({ status, text }) =>
          helper.formatItem(String(status), STATUS_WIDTH, text, helper),
        ),
      ),
      this.#section(
        'Examples:',
        examples.flatMap(({ about, command: lines }) => [
          `${INDENT}${about}:`,
          ...lines.map((line) => INDENT + INDENT + line),
        ]),
      ),
    ];
    return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
  }

  #section(title: string, lines: readonly string[]): string {
    return lines.length === 0 ? '' : [this.styleTitle(title), ...lines].join('\n');
  }
}

function described(text: string, notes: readonly string[]): string {
  return notes.length === 0 ? text : `${text} (${notes.join('; ')})`;
}

function choicesOf({ argChoices }: Option | Argument): string[] {
  return argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`];
}

function defaultOf({ defaultValue }: Option | Argument): string[] {
  if (defaultValue === undefined) return [];
  const values: readonly unknown[] = Array.isArray(defaultValue) ? defaultValue : [defaultValue];
  return [`default: ${values.map(String).join(', ')}`];
}

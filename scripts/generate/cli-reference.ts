/** Makes docs/cli.md from the commands themselves. */
import type { Argument, Command, Option } from 'commander';
import { DocumentedCommand } from '../../src/cli/help/documented-command.ts';
import { exitTable } from './exit-status-tables.ts';
import { silentProgram } from './silent-program.ts';
import { markdownTable, type GeneratedPage } from './generated-page.ts';

const JSON_OUTPUT = `## JSON output

Keys of JSON output are in snake case (\`run_id\`, \`exit_status\`, \`next_run_after\`), as in logs, the API of the server
and Splunk. Results of earlier versions had some keys in camel case (\`runId\`, \`exitStatus\`, \`durationMs\`); those keys
are still there, beside the others and with the same values. Fields of the source keep the names that the source gives
them. New keys can be added to every object at any time.`;

export function cliReference(): Promise<GeneratedPage[]> {
  const root = silentProgram();
  const content = `# Commands

<!-- Generated from src/cli/ by \`npm run generate\`. Change it there. -->

Every command has this text as \`--help\` too, and \`gemini-sync-bridge --version\` prints the version. What the exit statuses mean for an orchestrator is in
[errors.md](errors.md#exit-statuses).

${root.commands.flatMap((command) => sectionsOf(command)).join('\n\n')}

${JSON_OUTPUT}
`;
  return Promise.resolve([{ path: 'docs/cli.md', content }]);
}

/** A command and its subcommands. @throws Error naming a command that is not documented */
function sectionsOf(command: Command, parents = ''): string[] {
  const name = `${parents}${command.name()}`;
  if (!(command instanceof DocumentedCommand)) throw new Error(`The command ${name} is not documented.`);
  const { description, examples } = command.documentation;
  const own = [
    `## \`${name}\``,
    ...description.map(inMarkdown),
    `\`\`\`text\ngemini-sync-bridge ${name} ${command.usage()}\n\`\`\``,
    ...table('argument', command.registeredArguments.map(argumentRow)),
    ...table('option', command.options.map(optionRow)),
    exitTable(command.documentation),
    ...examples.map(
      (example) => `${inMarkdown(example.about)}:\n\n\`\`\`sh\n${example.command.join('\n')}\n\`\`\``,
    ),
  ].join('\n\n');
  return [own, ...command.commands.flatMap((each) => sectionsOf(each, `${name} `))];
}

function table(heading: string, rows: readonly string[][]): string[] {
  return rows.length === 0
    ? []
    : [markdownTable([heading, 'required', 'values', 'default', 'meaning'], rows)];
}

function argumentRow(argument: Argument): string[] {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return [`\`${name}\``, argument.required ? 'yes' : '', ...valuesAndMeaning(argument)];
}

function optionRow(option: Option): string[] {
  return [`\`${option.flags}\``, option.mandatory ? 'yes' : '', ...valuesAndMeaning(option)];
}

function valuesAndMeaning({ argChoices, defaultValue, description }: Argument | Option): string[] {
  const defaults: readonly unknown[] = Array.isArray(defaultValue) ? defaultValue : [defaultValue];
  const known = defaults.filter((value) => value !== undefined);
  return [codes(argChoices ?? []), codes(known), inMarkdown(description)];
}

function codes(values: readonly unknown[]): string {
  return values.map((value) => `\`${String(value)}\``).join(', ');
}

/** Options and placeholders as code: Markdown would take \`<max>\` for a tag. */
function inMarkdown(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(/<[a-z]+>|(?<![\w-])--[a-z-]+/g, '`$&`')))
    .join('');
}

import { CommanderError, type Command } from 'commander';
import type { DocumentedProgram } from '../../app/drift/documented-program.ts';
import { misspelledVariables } from '../environment/misspelled-variables.ts';

/** A command line that lacks these can be a mention of the command in a sentence. */
const MISSING: readonly string[] = [
  'commander.missingMandatoryOptionValue',
  'commander.missingArgument',
  'commander.optionMissingArgument',
];
/** A command with subcommands prints its help without one; `--help` and `--version` print and end. */
const PRINTS: readonly string[] = ['commander.help', 'commander.helpDisplayed', 'commander.version'];

/** A value that a reader replaces, such as `<path>`, `MAX`, `$RUN_ID`, `{{ execution.id }}` or an ellipsis. */
const PLACEHOLDERS = [/^<[^<>]*>$/, /^[A-Z][A-Z0-9_-]*$/, /\$|\{\{|…|\.\.\./];
const ELLIPSIS = /^(?:…|\.\.\.|\[.*\])$/;

/**
 * Compares command lines with the commands of the program.
 * @param makeProgram makes the program again, because parsing changes it
 */
export function documentedProgram(name: string, makeProgram: () => Command): DocumentedProgram {
  return {
    name,
    refusal: (args, isWhole) => refusal(args, isWhole, makeProgram),
    variableMeantBy: (variable) => misspelledVariables([variable])[0]?.meant,
  };
}

function refusal(args: readonly string[], isWhole: boolean, makeProgram: () => Command): string | undefined {
  const program = makeProgram();
  runNothing(program);
  const words = args.filter((arg) => !ELLIPSIS.test(arg));
  const isCut = words.length < args.length;
  try {
    program.parse(words, { from: 'user' });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    const { code, message } = thrown;
    if (PRINTS.includes(code) || ((!isWhole || isCut) && MISSING.includes(code))) return undefined;
    return sentence(message);
  }
}

/** Replaces what commands do, and lets placeholders pass as values. */
function runNothing(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
  for (const taker of [...command.options, ...command.registeredArguments]) {
    const { parseArg } = taker;
    if (parseArg === undefined) continue;
    taker.argParser((value: string, previous: unknown) =>
      PLACEHOLDERS.some((pattern) => pattern.test(value)) ? value : parseArg(value, previous),
    );
  }
  for (const each of command.commands) runNothing(each);
}

function sentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') || text.endsWith(')') ? '' : '.'}`;
}

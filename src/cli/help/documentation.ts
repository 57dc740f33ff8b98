import { EXIT, EXIT_MEANINGS, EXIT_NAMES, type ExitName, type ExitStatus } from '../../core/exit-status.ts';

/** The exit statuses that a command can have, with the meaning of each for this command: a clause. */
export type ExitTexts = Readonly<Partial<Record<ExitName, string>>>;

interface Example {
  /** An imperative phrase without a full stop. */
  readonly about: string;
  /** One command, as typed into a shell. A long command has several lines, and all but the last end in a backslash. */
  readonly command: readonly string[];
}

/**
 * What the help and the reference page say about a command in addition to its arguments and options. The files of this folder
 * import no large modules, so that the help starts fast.
 */
export interface Documentation {
  /** A short imperative phrase in lower case, without a full stop, for the list of commands. */
  readonly summary: string;
  /** Paragraphs of full sentences. */
  readonly description: readonly string[];
  readonly exits: ExitTexts;
  readonly examples: readonly Example[];
}

/** The general meanings of exit statuses. */
export function generalExits(...names: readonly ExitName[]): ExitTexts {
  return Object.fromEntries(names.map((name) => [name, EXIT_MEANINGS[name].meaning]));
}

/** The exit statuses of every command: its arguments, and variables that all commands read, can be invalid. */
export const EVERY_COMMAND: ExitTexts = generalExits('done', 'bug', 'usage', 'configuration');

/** The exit statuses of a command that connects only to a state database. */
export const DATABASE_COMMAND: ExitTexts = {
  ...EVERY_COMMAND,
  unavailable: 'the state database refuses: permissions, a full or read-only disk, a damaged file',
  tryAgain: 'try again later: the state database cannot be reached or is at a limit',
  configuration:
    'the environment is wrong, or the schema of the state database is missing, out of date, or newer than this program',
};

/** The rows in numerical order. */
export function exitRows(exits: ExitTexts): { readonly status: ExitStatus; readonly text: string }[] {
  return EXIT_NAMES.flatMap((name) => {
    const text = exits[name];
    return text === undefined ? [] : [{ status: EXIT[name], text }];
  });
}

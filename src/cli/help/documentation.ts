import { EXIT, EXIT_MEANINGS, EXIT_NAMES, type ExitName, type ExitStatus } from '../../core/exit-status.ts';

/** The exit statuses that a command can end with, and what each means for it: a clause. */
export type ExitTexts = Readonly<Partial<Record<ExitName, string>>>;

interface Example {
  /** An imperative phrase without a full stop. */
  readonly about: string;
  /** One command, as typed into a shell; a long one has several lines, of which all but the last end in a backslash. */
  readonly command: readonly string[];
}

/**
 * What help and the reference page say of a command beyond its arguments and options. The files of this folder import nothing
 * heavy, so that help starts fast.
 */
export interface Documentation {
  /** A short imperative phrase in lower case, without a full stop: the line in the list of commands. */
  readonly summary: string;
  /** Paragraphs of full sentences. */
  readonly description: readonly string[];
  readonly exits: ExitTexts;
  readonly examples: readonly Example[];
}

/** What exit statuses mean in general. */
export function generalExits(...names: readonly ExitName[]): ExitTexts {
  return Object.fromEntries(names.map((name) => [name, EXIT_MEANINGS[name].meaning]));
}

/** Of every command: its arguments, and variables that all commands read, can be wrong. */
export const EVERY_COMMAND: ExitTexts = generalExits('done', 'bug', 'usage', 'configuration');

/** Of every command that connects to a state database and to nothing else. */
export const DATABASE_COMMAND: ExitTexts = {
  ...EVERY_COMMAND,
  unavailable: 'the state database refuses: permissions, a full or read-only disk, a damaged file',
  tryAgain: 'try again later: the state database cannot be reached or is at a limit',
  configuration:
    'the environment is wrong, or the schema of the state database is missing, out of date, or newer than this program',
};

/** In the order of the numbers. */
export function exitRows(exits: ExitTexts): { readonly status: ExitStatus; readonly text: string }[] {
  return EXIT_NAMES.flatMap((name) => {
    const text = exits[name];
    return text === undefined ? [] : [{ status: EXIT[name], text }];
  });
}

import { scopeOfAll, type DriftFinding } from '../drift-finding.ts';
import { commandMentions } from './command-mentions.ts';
import type { DocumentedProgram } from '../documented-program.ts';
import type { Page } from './pages.ts';

/** A place in a page that names something that the program does not have. */
export interface PageDrift {
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly fix: string;
}

/** Finds command lines that the program refuses, and misspelled variables. */
export function comparePage(page: Page, program: DocumentedProgram): PageDrift[] {
  const { file } = page;
  return commandMentions(page, program).flatMap(({ line, args, variables, isWhole }): PageDrift[] => {
    const refusal = program.refusal(args, isWhole);
    const commandLine = [program.name, ...args].join(' ');
    const refused =
      refusal === undefined
        ? []
        : [
            {
              file,
              line,
              message: `The program refuses \`${commandLine}\`: ${refusal}`,
              fix: 'Correct the command line; `--help` shows the arguments and options of each command.',
            },
          ];
    const misspelled = variables.flatMap((variable) => {
      const meant = program.variableMeantBy(variable);
      if (meant === undefined) return [];
      const message = `No command reads the variable ${variable}.`;
      return [{ file, line, message, fix: `Write ${meant}.` }];
    });
    return [...refused, ...misspelled];
  });
}

/** The finding about a place in a page. */
export function placedFinding(comparer: string, { file, line, message, fix }: PageDrift): DriftFinding {
  return {
    ...scopeOfAll(comparer),
    subject: `${comparer} ${file}:${line}`,
    place: { file, line },
    status: 'drift',
    message,
    fix,
  };
}

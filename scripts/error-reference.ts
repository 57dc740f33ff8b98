/**
 * Makes docs/errors.md from the comments in src/core/, so that the code and its documentation are one text.
 */
import { ERROR_KINDS, type ErrorCode } from '../src/core/errors.ts';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES } from '../src/core/exit-status.ts';
import { documentedProperties } from './doc-comments.ts';
import { markdownTable, type GeneratedPage } from './generated-page.ts';

const ERRORS = 'src/core/errors.ts';
const EXIT_STATUSES = 'src/core/exit-status.ts';

const isErrorCode = (name: string): name is ErrorCode => Object.hasOwn(ERROR_KINDS, name);

async function errorRows(): Promise<string[][]> {
  const codes = await documentedProperties(ERRORS, 'ERROR_KINDS');
  return codes.map(({ name, comment }) => {
    if (!isErrorCode(name)) throw new Error(`${name} is in ${ERRORS} and not in the program.`);
    const { exit, retryable } = ERROR_KINDS[name];
    return [`\`${name}\``, String(exit), retryable ? 'yes' : 'no', comment];
  });
}

/** With the error codes that end a command with each status, so that a reader of a log finds the row of the other table. */
function exitRows(): string[][] {
  const codes = Object.entries(ERROR_KINDS);
  return EXIT_NAMES.map((name) => {
    const ofStatus = codes.filter(([, { exit }]) => exit === EXIT[name]).map(([code]) => `\`${code}\``);
    return [
      String(EXIT[name]),
      EXIT_MEANINGS[name].meaning,
      EXIT_MEANINGS[name].reaction,
      ofStatus.join(', '),
    ];
  });
}

export async function errorReference(): Promise<GeneratedPage[]> {
  const content = `# Errors

<!-- Generated from ${ERRORS} and ${EXIT_STATUSES} by \`npm run generate\`. Change it there. -->

A failed run prints on stderr the code, what failed and on what, and a line with \`→\` that says what to do next. With \`--json\` it prints the same as one object on stdout, with \`error.code\`, \`error.message\`, \`error.hint\` and
\`error.retryable\`. Codes are stable; messages are not. A failed run can always be run again.

## Codes

"Retry" means that the same command can succeed later without a change.
\`INTERRUPTED\` ends with 130 after SIGINT.

${markdownTable(['code', 'exit status', 'retry', 'meaning and fix'], await errorRows())}

## Exit statuses

${markdownTable(['status', 'meaning', 'what an orchestrator does', 'codes'], exitRows())}

What each command ends with is in the [CLI reference](cli.md).
`;
  return [{ path: 'docs/errors.md', content }];
}

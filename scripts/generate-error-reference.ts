/**
 * Makes docs/errors.md from the comments in src/core/, so that the code and its documentation are one text:
 *
 *     npm run generate          writes it
 *     npm run generate:check    fails when it is not current
 */
import { ERROR_KINDS, type ErrorCode } from '../src/core/errors.ts';
import { EXIT } from '../src/core/exit-status.ts';
import { documentedProperties } from './doc-comments.ts';
import { markdownTable, writeOrCheck } from './generated-page.ts';

const ERRORS = 'src/core/errors.ts';
const EXIT_STATUSES = 'src/core/exit-status.ts';

const isErrorCode = (name: string): name is ErrorCode => Object.hasOwn(ERROR_KINDS, name);
const isExitName = (name: string): name is keyof typeof EXIT => Object.hasOwn(EXIT, name);

async function errorRows(): Promise<string[][]> {
  const codes = await documentedProperties(ERRORS, 'ERROR_KINDS');
  return codes.map(({ name, comment }) => {
    if (!isErrorCode(name)) throw new Error(`${name} is in ${ERRORS} and not in the program.`);
    const { exit, retryable } = ERROR_KINDS[name];
    return [`\`${name}\``, String(exit), retryable ? 'yes' : 'no', comment];
  });
}

async function exitRows(): Promise<string[][]> {
  const statuses = await documentedProperties(EXIT_STATUSES, 'EXIT');
  return statuses.map(({ name, comment }) => {
    if (!isExitName(name)) throw new Error(`${name} is in ${EXIT_STATUSES} and not in the program.`);
    return [String(EXIT[name]), comment];
  });
}

await writeOrCheck(
  'docs/errors.md',
  `# Errors

<!-- Generated from ${ERRORS} and ${EXIT_STATUSES} by \`npm run generate\`. Change it there. -->

A failed run prints on stderr the code, what failed and on what, and a line with \`→\` that says what to do next. With \`--json\` it prints the same as one object on stdout, with \`error.code\`, \`error.message\`, \`error.hint\` and
\`error.retryable\`. Codes are stable; messages are not. A failed run can always be run again.

## Codes

"Retry" means that the same command can succeed later without a change.
\`INTERRUPTED\` ends with 130 after SIGINT.

${markdownTable(['code', 'exit status', 'retry', 'meaning and fix'], await errorRows())}

## Exit statuses

${markdownTable(['status', 'meaning'], await exitRows())}
`,
);

/**
 * Makes docs/errors.md, and the texts that Ops shows for codes, from the comments in src/core/, so that the code and its
 * documentation are one text.
 */
import { readdir } from 'node:fs/promises';
import { ERROR_KINDS, type ErrorCode } from '../../src/core/error-kinds.ts';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES } from '../../src/core/exit-status.ts';
import { documentedProperties } from './doc-comments.ts';
import { markdownTable, type GeneratedPage } from './generated-page.ts';

const ERRORS = 'src/core/error-kinds';
const MEANINGS = 'src/server/ops/errors/error-meanings.ts';
const EXIT_STATUSES = 'src/core/exit-status.ts';

const isErrorCode = (name: string): name is ErrorCode => Object.hasOwn(ERROR_KINDS, name);

interface Meaning {
  readonly code: ErrorCode;
  readonly meaning: string;
}

async function meanings(): Promise<Meaning[]> {
  const files = (await readdir(ERRORS)).filter((name) => name.endsWith('-errors.ts'));
  const documented = await Promise.all(
    files.map((name) => documentedProperties(`${ERRORS}/${name}`, constantOf(name))),
  );
  const comments = new Map(documented.flat().map(({ name, comment }) => [name, comment]));
  for (const name of comments.keys()) {
    if (!isErrorCode(name)) throw new Error(`${name} is in ${ERRORS} and not in the program.`);
  }
  return Object.keys(ERROR_KINDS)
    .filter(isErrorCode)
    .map((code) => {
      const meaning = comments.get(code);
      if (meaning === undefined) throw new Error(`${code} is in the program and not in ${ERRORS}.`);
      return { code, meaning };
    });
}

/** `source-errors.ts` has the constant SOURCE_ERRORS. */
function constantOf(file: string): string {
  return file.replace('.ts', '').replaceAll('-', '_').toUpperCase();
}

function errorRows(codes: readonly Meaning[]): string[][] {
  return codes.map(({ code, meaning }) => {
    const { exit, retryable } = ERROR_KINDS[code];
    return [`\`${code}\``, String(exit), retryable ? 'yes' : 'no', meaning];
  });
}

/** A module with the same texts for the server. A run does not load it, and the built program does not contain the comments. */
function meaningsModule(codes: readonly Meaning[]): string {
  const members = codes.map(({ code, meaning }) => `${code}: ${JSON.stringify(meaning)},`);
  return `// Generated from ${ERRORS} by \`npm run generate\`. Change it there.
import type { ErrorCode } from '../../../core/error-kinds.ts';

/** The meaning and the fix of every error code, in Markdown without links. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, string>> = {
${members.join('\n')}
};
`;
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
  const codes = await meanings();
  const content = `# Errors

<!-- Generated from ${ERRORS} and ${EXIT_STATUSES} by \`npm run generate\`. Change it there. -->

A failed run prints on stderr the code, what failed and on what, and a line with \`→\` that says what to do next. With \`--json\` it prints the same as one object on stdout, with \`error.code\`, \`error.message\`, \`error.hint\` and
\`error.retryable\`. Codes are stable; messages are not. A failed run can always be run again.

## Codes

"Retry" means that the same command can succeed later without a change.
\`INTERRUPTED\` ends with 130 after SIGINT.

${markdownTable(['code', 'exit status', 'retry', 'meaning and fix'], errorRows(codes))}

## Exit statuses

${markdownTable(['status', 'meaning', 'what an orchestrator does', 'codes'], exitRows())}

What each command ends with is in the [CLI reference](cli.md).
`;
  return [
    { path: 'docs/errors.md', content },
    { path: MEANINGS, content: meaningsModule(codes) },
  ];
}

import type { RunRequestError } from '../../state/run-requests/queue.ts';
import { printable, printableLines } from '../../core/text/printable.ts';
import type { ChildEnd } from './child-process.ts';

/** What a child process reports about its failure. A process that was killed, or that failed before its run, reports nothing. */
export function childError({ exitStatus, lastLine }: ChildEnd): RunRequestError {
  return reportedError(lastLine) ?? unreported(exitStatus);
}

function unreported(exitStatus: number | undefined): RunRequestError {
  if (exitStatus === undefined) {
    return { code: 'INTERRUPTED', message: 'A signal ended the process of the run.' };
  }
  const message = `The process of the run ended with exit status ${exitStatus} and without a result. Its log has the reason.`;
  return { code: 'INTERNAL', message };
}

function reportedError(line: string): RunRequestError | undefined {
  const error = fieldOf(parsed(line), 'error');
  const code = fieldOf(error, 'code');
  const message = fieldOf(error, 'message');
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  // Postgres stores no NUL, and without its result the request would be taken again.
  return { code: printable(code), message: printableLines(message) };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}

import { printable } from '../../../core/text/printable.ts';
import { shellWord } from '../../../core/text/shell-word.ts';

/** A command to paste into a shell: a path with unusual characters is quoted, and a local run is released locally. */
export function runCommandLine(connectorPath: string, local: boolean): string {
  return `run --connector ${shellWord(connectorPath)}${local ? ' --local' : ''}`;
}

/** The command that deletes every document of a connector, as `runCommandLine`. */
export function retireCommandLine(connectorPath: string, local: boolean): string {
  return runCommandLine(connectorPath, local).replace(/^run /, 'retire ');
}

/** The command that shows one document. @param command the command of its run */
export function explainCommandLine(command: string, docId: string): string {
  return `gemini-sync-bridge ${command.replace(/^(?:run|retire) /, 'explain ')} --doc ${shellWord(printable(docId))}`;
}

import { fileURLToPath } from 'node:url';
import { packageFile } from '../../../core/package-file.ts';

const PROGRAM = fileURLToPath(packageFile('bin/gemini-sync-bridge.cjs'));

/** The arguments with which Node runs this program in a process of its own, as this process was started. */
export function ownProgramArguments(args: readonly string[]): string[] {
  return [...process.execArgv, PROGRAM, ...args];
}

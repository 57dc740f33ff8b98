import { main } from '../../../src/cli/main.ts';
import type { CliResult } from './run-cli.ts';

/** Node itself and libraries read these by themselves, and in this process they would see those of the tests. */
const READ_BY_OTHERS = /^(NODE_|GOOGLE_|GCLOUD_|PG|TZ$)/;

/**
 * Runs `gemini-sync-bridge` in this process, to its end: the same command line, environment, streams and exit status. A process of
 * its own takes 0.8 s of a processor, and this a tenth of it, which over all tests is minutes. Where the process is what is
 * tested (signals, memory, limits, kills, that it ends at all), `runCli` runs one.
 */
export async function runHere(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<CliResult> {
  for (const name of Object.keys(env)) {
    if (READ_BY_OTHERS.test(name)) throw new Error(`${name} has an effect only on a process of its own.`);
  }
  const written = { stdout: '', stderr: '' };
  const exitCode = await main(args, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    cwd,
    variables: env,
    // What it asks of V8 would slow all tests that come later.
    keepHeapSmall: () => undefined,
  });
  return { exitCode, signal: undefined, ...written };
}

import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/gemini-sync-bridge.cjs', import.meta.url));
export const REPORT_USAGE = fileURLToPath(new URL('./report-usage.cjs', import.meta.url));

export interface Usage {
  /** Without the time that stand-ins spent on imports and purges. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** The largest resident set, in MB of 2^20 bytes. */
  readonly peakRssMb: number;
}

/**
 * Runs the built program as a process of its own. The clock includes the start of Node.
 * @param bin entry file of the build to run; this repository's unless given
 * @param env added to an empty environment
 * @param nodeFlags flags of Node before the program
 */
export async function measuredProgram(
  args: readonly string[],
  {
    folder,
    env,
    nodeFlags = [],
    bin = BIN,
  }: {
    folder: string;
    env: Readonly<Record<string, string>>;
    nodeFlags?: readonly string[];
    bin?: string | undefined;
  },
): Promise<Usage & { readonly stdout: string }> {
  const usageFile = join(folder, 'usage.json');
  const startedMs = performance.now();
  const { stdout } = await execa(process.execPath, ['--require', REPORT_USAGE, ...nodeFlags, bin, ...args], {
    cwd: folder,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '', LOG_LEVEL: 'error', USAGE_FILE: usageFile, ...env },
  });
  const wallSeconds = (performance.now() - startedMs) / 1_000;
  const usage = JSON.parse(await readFile(usageFile, 'utf8')) as Omit<Usage, 'wallSeconds'>;
  return { ...usage, wallSeconds, stdout };
}

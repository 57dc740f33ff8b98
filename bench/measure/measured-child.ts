import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cost } from './figures.ts';
import { endedChildrenCpuSeconds, treeCpuSeconds, treePeakRssMb } from './process-tree.ts';

/** Memory of a tree is read this often; its largest value never falls, so only the last moments can be missed. */
const MEMORY_EVERY_MS = 20;
const OUTPUT_CHARACTERS_MAX = 2_000;

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to an environment with only PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a command to its end. Its output goes to files in its working directory, so that reading it is not in the figures.
 * @param serverPid of the database server, whose work meanwhile is added
 * @throws if it ends with another status than 0; the message has the end of its output
 */
export async function measuredChild(command: Command, serverPid: number): Promise<Cost> {
  const { file, args, cwd, env = {} } = command;
  const outputFile = join(cwd, 'bench-output.txt');
  const output = openSync(outputFile, 'w');
  const serverBefore = treeCpuSeconds(serverPid);
  const childrenBefore = endedChildrenCpuSeconds();
  const startedMs = performance.now();
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, LANG: 'C.UTF-8', TZ: 'UTC', ...env },
    stdio: ['ignore', output, output],
  });
  let peakRssMb = 0;
  const timer = setInterval(() => {
    peakRssMb = Math.max(peakRssMb, treePeakRssMb(child.pid ?? 0));
  }, MEMORY_EVERY_MS);
  try {
    const [status] = (await once(child, 'exit')) as [number | null];
    const wallSeconds = (performance.now() - startedMs) / 1_000;
    const serverCpuSeconds = treeCpuSeconds(serverPid) - serverBefore;
    if (status !== 0) {
      const text = readFileSync(outputFile, 'utf8').slice(-OUTPUT_CHARACTERS_MAX);
      throw new Error(`${file} ${args.join(' ')} ended with status ${String(status)}: ${text}`);
    }
    const cpuSeconds = endedChildrenCpuSeconds() - childrenBefore + serverCpuSeconds;
    return { wallSeconds, cpuSeconds, serverCpuSeconds, peakRssMb };
  } finally {
    clearInterval(timer);
    closeSync(output);
  }
}

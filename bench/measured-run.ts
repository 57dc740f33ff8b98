import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { BenchGoogle } from './google.ts';

const BIN = fileURLToPath(new URL('../bin/gemini-sync-bridge.cjs', import.meta.url));
export const CONNECTOR = fileURLToPath(new URL('../connectors/hr-employees.yaml', import.meta.url));
export const REPORT_USAGE = fileURLToPath(new URL('./report-usage.cjs', import.meta.url));

export interface Usage {
  /** Without the time that stand-ins spent on imports and purges. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** The largest resident set, in MB of 2^20 bytes. */
  readonly peakRssMb: number;
}

export interface MeasuredRun extends Usage {
  /** Imports and purges that stand-ins were asked for. */
  readonly operations: number;
  readonly counts: Readonly<Record<string, number | null>>;
}

/** Where a run finds its source, and what it is to go to. */
export interface RunPlace {
  readonly sourceUrl: string;
  /** Where state and artifacts go. */
  readonly folder: string;
  /** The state's database; SQLite in the folder unless given. */
  readonly stateUrl: string | undefined;
  /** The stand-ins to deliver to; undefined is `run --local`. */
  readonly google: BenchGoogle | undefined;
}

/**
 * One run of the HR connector, built, as a process of its own. The clock includes the start of Node.
 * @param allowDeletes so that the guard does not hold what a benchmark deletes on purpose
 */
export async function measuredRun(place: RunPlace, allowDeletes: number): Promise<MeasuredRun> {
  const { sourceUrl, folder, stateUrl, google } = place;
  const usageFile = join(folder, 'usage.json');
  const startedMs = performance.now();
  const { stdout } = await execa(
    process.execPath,
    [
      ...['--require', REPORT_USAGE, BIN, 'run', '--connector', CONNECTOR],
      ...['--json', '--progress', 'off', '--allow-deletes', String(allowDeletes)],
      ...(google === undefined ? ['--local'] : []),
    ],
    {
      cwd: folder,
      extendEnv: false,
      env: {
        PATH: process.env['PATH'] ?? '',
        LOG_LEVEL: 'error',
        SECRET_HR_DB_CREDENTIALS: sourceUrl,
        USAGE_FILE: usageFile,
        ...(stateUrl === undefined ? {} : { DATABASE_URL: stateUrl }),
        ...google?.env,
      },
    },
  );
  const wallSeconds = (performance.now() - startedMs) / 1_000;
  const usage = JSON.parse(await readFile(usageFile, 'utf8')) as Omit<Usage, 'wallSeconds'>;
  const { counts } = JSON.parse(stdout) as Pick<MeasuredRun, 'counts'>;
  const { workedSeconds, operations } = (await google?.work()) ?? { workedSeconds: 0, operations: 0 };
  return { ...usage, wallSeconds: wallSeconds - workedSeconds, operations, counts };
}

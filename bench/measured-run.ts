import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const BIN = fileURLToPath(new URL('../bin/gemini-sync-bridge.js', import.meta.url));
const CONNECTOR = fileURLToPath(new URL('../connectors/hr-employees.yaml', import.meta.url));
const REPORT_USAGE = new URL('./report-usage.js', import.meta.url).href;

export interface Usage {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** The largest resident set, in MB of 2^20 bytes. */
  readonly peakRssMb: number;
}

export interface MeasuredRun extends Usage {
  readonly counts: Readonly<Record<string, number | null>>;
}

/**
 * One `run --local` of the HR connector, built, as a process of its own. The clock includes the start of Node.
 * @param folder where state and artifacts go
 * @param allowDeletes so that the guard does not hold what a benchmark deletes on purpose
 */
export async function measuredRun(
  sourceUrl: string,
  folder: string,
  stateUrl: string | undefined,
  allowDeletes: number,
): Promise<MeasuredRun> {
  const usageFile = join(folder, 'usage.json');
  const startedMs = performance.now();
  const { stdout } = await execa(
    process.execPath,
    [
      '--import',
      REPORT_USAGE,
      BIN,
      'run',
      '--connector',
      CONNECTOR,
      '--local',
      '--json',
      '--progress',
      'off',
    ].concat('--allow-deletes', String(allowDeletes)),
    {
      cwd: folder,
      extendEnv: false,
      env: {
        PATH: process.env['PATH'] ?? '',
        LOG_LEVEL: 'error',
        SECRET_HR_DB_CREDENTIALS: sourceUrl,
        USAGE_FILE: usageFile,
        ...(stateUrl === undefined ? {} : { DATABASE_URL: stateUrl }),
      },
    },
  );
  const wallSeconds = (performance.now() - startedMs) / 1_000;
  const usage = JSON.parse(await readFile(usageFile, 'utf8')) as Omit<Usage, 'wallSeconds'>;
  const { counts } = JSON.parse(stdout) as Pick<MeasuredRun, 'counts'>;
  return { wallSeconds, ...usage, counts };
}

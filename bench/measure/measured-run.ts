import { fileURLToPath } from 'node:url';
import type { BenchGoogle } from './google.ts';
import { measuredProgram, type Usage } from './measured-process.ts';

export const CONNECTOR = fileURLToPath(new URL('../../connectors/hr-employees.yaml', import.meta.url));

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
  /** Entry file of the build to run; this repository's unless given. */
  readonly bin?: string;
}

/**
 * One run of the HR connector, built, as a process of its own. The clock includes the start of Node.
 * @param allowDeletes so that the guard does not hold what a benchmark deletes on purpose
 * @param connector another form of the HR connector
 */
export async function measuredRun(
  place: RunPlace,
  allowDeletes: number,
  connector = CONNECTOR,
): Promise<MeasuredRun> {
  const { sourceUrl, folder, stateUrl, google, bin } = place;
  const { stdout, wallSeconds, ...usage } = await measuredProgram(
    [
      ...['run', '--connector', connector],
      ...['--json', '--progress', 'off', '--allow-deletes', String(allowDeletes)],
      ...(google === undefined ? ['--local'] : []),
    ],
    {
      folder,
      bin,
      env: {
        SECRET_HR_DB_CREDENTIALS: sourceUrl,
        ...(stateUrl === undefined ? {} : { DATABASE_URL: stateUrl }),
        ...google?.env,
      },
    },
  );
  const { counts } = JSON.parse(stdout) as Pick<MeasuredRun, 'counts'>;
  const { workedSeconds, operations } = (await google?.work()) ?? { workedSeconds: 0, operations: 0 };
  return { ...usage, wallSeconds: wallSeconds - workedSeconds, operations, counts };
}

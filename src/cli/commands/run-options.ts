import { InvalidArgumentError, Option, type Command } from 'commander';
import type { RunSurroundings } from '../../app/run/run-once.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { CommandIo } from '../command-io.ts';
import { secretVariablesOf } from '../environment/environment.ts';
import { PROGRESS_MODES, type ProgressMode } from '../run-output/progress.ts';
import type { RunOutput } from '../run-output/run-output.ts';
import { programVersion } from '../version.ts';

/** The flags that the options of this file add. */
export interface RunFlags {
  readonly runId?: string;
  readonly allowDeletes?: number;
  readonly json?: true;
  readonly progress: ProgressMode;
}

export function allowDeletesOption(): Option {
  return new Option(
    '--allow-deletes <max>',
    'release held deletes, if they are no more than <max>',
  ).argParser(wholeNumber);
}

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export function runIdOption(): Option {
  return new Option('--run-id <id>', 'id of this run; the same id never does the work twice').argParser(
    runId,
  );
}

/** Adds the options that decide what a command prints while it runs, and at its end. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print one result object on stdout')
    .addOption(new Option('--progress <mode>', 'progress on stderr').choices(PROGRESS_MODES).default('auto'));
}

/** The environment of a run of any kind. @throws BridgeError ENVIRONMENT_INVALID, before anything is opened */
export function runSurroundings({ env, cwd }: CommandIo, output: RunOutput): RunSurroundings {
  return {
    settings: env.telemetry(),
    proxy: env.proxy,
    databaseUrl: env.databaseUrl,
    cwd,
    clock: systemClock,
    version: programVersion(),
    stop: process,
    log: output.log,
    observer: output.progress,
    redactor: env.redactor,
    ...secretVariablesOf(env),
    loaded: (name) => {
      output.nameDefinition(name);
    },
  };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Must be a whole number.');
}

function runId(text: string): string {
  if (RUN_ID.test(text)) return text;
  throw new InvalidArgumentError(
    'Must be 1 to 100 letters, digits, dots, dashes or underscores, beginning with a letter or digit.',
  );
}

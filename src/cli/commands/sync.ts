import type { Command } from 'commander';
import { newRunId } from '../../app/run/run-id.ts';
import type { RunSurroundings } from '../../app/run/run-once.ts';
import type { AppSurroundings } from '../../app/sync/app-work.ts';
import { BridgeError } from '../../core/errors.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { CommandIo } from '../command-io.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { SYNC } from '../help/commands/sync.ts';
import { openRunOutput, reportFailure, type RunOutput } from '../run-output/run-output.ts';
import { syncResultWriter } from '../sync-output/sync-result.ts';
import {
  addOutputOptions,
  allowDeletesOption,
  runIdOption,
  runSurroundings,
  type RunFlags,
} from './run-options.ts';

interface SyncFlags extends RunFlags {
  readonly app?: string;
  readonly file?: string;
  readonly queued?: true;
  readonly full?: true;
  readonly collection?: readonly string[];
  readonly dryRun?: true;
}

/** `sync`: syncs one app, or works on the requests that wait. */
export function syncCommand(io: CommandIo): Command {
  const command = new DocumentedCommand('sync', SYNC)
    .option('--app <key>', 'key of an app in CONNECTORS_DIR')
    .option('--file <path>', 'file of the app, in place of --app')
    .option('--queued', 'work on the requests that wait, then end')
    .option('--full', 'read everything, and delete what the API no longer lists')
    .option('--collection <key...>', 'only these collections')
    .option('--dry-run', 'plan only: report what would change and write nothing')
    .addOption(allowDeletesOption())
    .addOption(runIdOption());
  return addOutputOptions(command).action((flags: SyncFlags) => sync(flags, io));
}

async function sync(flags: SyncFlags, io: CommandIo): Promise<void> {
  const runId = flags.runId ?? newRunId(systemClock.now());
  const output = openRunOutput(io, flags.progress, runId, 'app');
  const results = syncResultWriter(io, flags.json === true);
  const name = flags.app ?? flags.file ?? '';
  try {
    requireOneTarget(flags);
    if (flags.queued === true) {
      await syncQueued(flags, io, output);
      return;
    }
    const surroundings = surroundingsOf(io, output);
    const { appByKey, appOfFile } = await import('../../app/sync/app-by-key.ts');
    const { appWork } = await import('../../app/sync/app-work.ts');
    const { runOnce } = await import('../../app/run/run-once.ts');
    const places = { ...surroundings, connectorsDir: io.env.connectorsDir };
    const place = flags.file === undefined ? appByKey(name, places) : appOfFile(flags.file, places);
    const dryRun = flags.dryRun === true;
    const options = {
      runId,
      mode: flags.full === true ? ('full' as const) : ('incremental' as const),
      collections: flags.collection,
      dryRun,
      allowDeletes: flags.allowDeletes,
    };
    const { result, exitStatus } = await runOnce(appWork(place, options, surroundings), surroundings);
    output.progress.stop();
    const earlier = result.work === 'repeated' ? { holdReason: result.holdReason } : null;
    results.done({ runId, result: result.sync, exitStatus, dryRun, earlier, command: commandOf(flags) });
    io.exit(exitStatus);
  } catch (thrown) {
    const error = reportFailure(thrown, io, output);
    results.failed(runId, output.definition ?? name, error);
    io.exit(error.exit);
  }
}

async function syncQueued(flags: SyncFlags, io: CommandIo, output: RunOutput): Promise<void> {
  const { stop, ...surroundings } = surroundingsOf(io, output);
  const { appsOfFolder } = await import('../../app/sync/app-by-key.ts');
  const { openSyncRunner } = await import('../../app/sync/sync-runner.ts');
  const { workOffQueue } = await import('../../app/sync/jobs/work-off-queue.ts');
  const { untilStopped } = await import('../../app/run/process/process-signals.ts');
  const { writeQueued } = await import('../sync-output/queued.ts');
  const findApp = appsOfFolder({ ...surroundings, connectorsDir: io.env.connectorsDir });
  const { log, clock, databaseUrl, cwd } = surroundings;
  const context = { log, clock, databaseUrl, cwd, runner: openSyncRunner(surroundings), findApp };
  const done = await untilStopped(stop, (signal) => workOffQueue(context, signal));
  output.progress.stop();
  io.exit(writeQueued(done, io, flags.json === true));
}

/** @throws BridgeError ENVIRONMENT_INVALID, before anything is opened */
function surroundingsOf(io: CommandIo, output: RunOutput): RunSurroundings & AppSurroundings {
  const { env } = io;
  return { ...runSurroundings(io, output), retry: env.retry(), policyFile: env.policyFile };
}

/** @throws BridgeError USAGE */
function requireOneTarget({
  app,
  file,
  queued,
  full,
  collection,
  dryRun,
  allowDeletes,
  runId,
}: SyncFlags): void {
  const given = [app, file, queued].filter((target) => target !== undefined);
  if (given.length !== 1) {
    throw new BridgeError('USAGE', 'sync needs exactly one of --app, --file and --queued.', {
      hint: 'Name an app with --app <key>, or its file with --file <path>, or use --queued.',
    });
  }
  const options = [full, collection, dryRun, allowDeletes, runId].filter((option) => option !== undefined);
  if (queued === true && options.length > 0) {
    throw new BridgeError('USAGE', '--queued cannot be combined with options of one sync.', {
      hint: 'Each request says what to sync. Leave --full, --collection, --dry-run, --allow-deletes and --run-id out.',
    });
  }
}

/** The command as typed, without options that only affect output. */
function commandOf({ app, file, collection = [] }: SyncFlags): string {
  const target = file === undefined ? `--app ${app ?? ''}` : `--file ${file}`;
  return ['sync', target, ...collection.map((key) => `--collection ${key}`)].join(' ');
}

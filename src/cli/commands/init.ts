import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import { INIT_SCHEDULES, INIT_SOURCES, type InitSchedule, type InitSource } from '../../app/init/choices.ts';
import { EXIT } from '../../core/exit-status.ts';
import { packageFile } from '../../core/package-file.ts';
import type { CommandIo } from '../command-io.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { INIT } from '../help/commands/init.ts';
import { programVersion } from '../version.ts';

interface InitFlags {
  readonly source: InitSource;
  readonly schedule: InitSchedule;
  readonly package?: string;
  readonly force?: true;
}

/** `init`: writes the files of a repository of connectors. @throws BridgeError INIT_CONFLICT, INIT_UNWRITABLE */
export function initCommand(io: CommandIo): Command {
  return new DocumentedCommand('init', INIT)
    .argument('[dir]', 'folder to write to; it is created if it does not exist', '.')
    .addOption(
      new Option('--source <source>', 'source of the example connector')
        .choices(INIT_SOURCES)
        .default(INIT_SOURCES[0]),
    )
    .addOption(
      new Option('--schedule <scheduler>', 'what starts the runs')
        .choices(INIT_SCHEDULES)
        .default(INIT_SCHEDULES[0]),
    )
    .option(
      '--package <spec>',
      'what package.json depends on: a package file, or a Git URL with a commit (default: a package file that the first command makes from this installation)',
    )
    .option('--force', 'keep files that exist with other content, and write the others')
    .action((dir: string, flags: InitFlags) => init(dir, flags, io));
}

async function init(dir: string, flags: InitFlags, io: CommandIo): Promise<void> {
  const { initRepository } = await import('../../app/init/init-repository.ts');
  const { initSummary } = await import('../output/init-summary.ts');
  const packageName = `gemini-sync-bridge-${programVersion()}.tgz`;
  const result = await initRepository(
    resolve(io.cwd, dir),
    { source: flags.source, schedule: flags.schedule, dependency: flags.package ?? `file:${packageName}` },
    { keepExisting: flags.force === true },
  );
  // A package of this name in a registry could belong to anyone, so the default is made from the program that is running.
  const packageFrom = flags.package === undefined ? fileURLToPath(packageFile('')) : undefined;
  io.stdout.write(initSummary(result, { dir, packageFrom, noColor: io.env.noColor, stream: io.stdout }));
  io.exit(EXIT.done);
}

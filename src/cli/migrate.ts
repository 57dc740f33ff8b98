import { Command } from 'commander';
import { migrateStore } from '../app/migrate.ts';
import type { CommandIo } from './command-io.ts';
import { styleFor } from './style.ts';

const HELP = `
The state store is DATABASE_URL (postgres://…), or the file .gemini-sync-bridge/state.db below the working
directory, which every run migrates by itself.

Exit statuses:
  0    the schema is current
  69   the state database refuses: no permission, full or read-only disk
  75   the state database cannot be reached
  78   the schema is newer than this program, or DATABASE_URL is wrong

Example:
  DATABASE_URL=postgres://bridge:…@db/bridge gemini-sync-bridge migrate`;

export function migrateCommand(io: CommandIo): Command {
  return new Command('migrate')
    .description('bring the schema of the state store up to date')
    .addHelpText('after', HELP)
    .action(async () => {
      const { applied, location } = await migrateStore({ databaseUrl: io.env.databaseUrl, cwd: io.cwd });
      const style = styleFor(io.stdout, io.env.noColor);
      for (const name of applied) io.stdout.write(`${style.green('applied')}  ${name}\n`);
      io.stdout.write(`The state in ${location} is current.\n`);
    });
}

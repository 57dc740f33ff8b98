import { Command } from 'commander';
import { EXIT } from '../../core/exit-status.ts';
import { printable } from '../../core/printable.ts';
import type { CommandIo } from '../command-io.ts';

const HELP = `
Exit statuses:
  0   the schema is up to date
  2   the command line is wrong
  69  the database refuses: permissions, a full or read-only disk, a damaged file
  75  the database cannot be reached or is at a limit; try again later
  78  DATABASE_URL is wrong, or the schema is newer than this program

Example:
  DATABASE_URL=postgres://bridge@db.example.com/bridge gemini-sync-bridge migrate
`;

/** `migrate`: one line per migration applied, on stdout. @throws BridgeError STATE_* and ENVIRONMENT_INVALID. */
export function migrateCommand(io: CommandIo): Command {
  return new Command('migrate')
    .description(
      'Create or upgrade the schema of the state database (DATABASE_URL, or .gemini-sync-bridge/state.db). Safe to repeat.',
    )
    .addHelpText('after', HELP)
    .action(async () => {
      const { migrateStateStore } = await import('../../app/migrate.ts');
      const { applied, location: path } = await migrateStateStore({
        databaseUrl: io.env.databaseUrl,
        cwd: io.cwd,
      });
      const location = printable(path);
      for (const name of applied) io.stdout.write(`Applied ${name} to ${location}\n`);
      if (applied.length === 0) io.stdout.write(`Nothing to apply: ${location} is up to date.\n`);
      io.exit(EXIT.done);
    });
}

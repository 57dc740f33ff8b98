import type { Command } from 'commander';
import { EXIT } from '../../core/exit-status.ts';
import { printable } from '../../core/text/printable.ts';
import type { CommandIo } from '../command-io.ts';
import { MIGRATE } from '../help/commands/migrate.ts';
import { DocumentedCommand } from '../help/documented-command.ts';

/** `migrate`: prints one line per applied migration on stdout. @throws BridgeError STATE_* and ENVIRONMENT_INVALID. */
export function migrateCommand(io: CommandIo): Command {
  return new DocumentedCommand('migrate', MIGRATE).action(async () => {
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

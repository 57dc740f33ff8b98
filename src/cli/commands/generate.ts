import type { Command } from 'commander';
import { EXIT } from '../../core/exit-status.ts';
import type { CommandIo } from '../command-io.ts';
import { DocumentedCommand, HELP_SUMMARY } from '../help/documented-command.ts';
import { GENERATE, GENERATE_PG_CRON } from '../help/generate.ts';

/** `generate`: writes files for other programs to stdout. @throws BridgeError APP_INVALID */
export function generateCommand(io: CommandIo): Command {
  const generate = new DocumentedCommand('generate', GENERATE).helpCommand('help [command]', HELP_SUMMARY);
  generate.addCommand(pgCronCommand(io));
  return generate;
}

function pgCronCommand(io: CommandIo): Command {
  return new DocumentedCommand('pg-cron', GENERATE_PG_CRON)
    .argument('[path...]', 'files or folders of definitions (default: CONNECTORS_DIR)')
    .action(async (paths: readonly string[]) => {
      const { pgCronSql } = await import('../../app/sync/pg-cron.ts');
      const { connectorsDir, policyFile } = io.env;
      const all = paths.length === 0 ? [connectorsDir] : paths;
      io.stdout.write(await pgCronSql(all, { cwd: io.cwd, policyFile }));
      io.exit(EXIT.done);
    });
}

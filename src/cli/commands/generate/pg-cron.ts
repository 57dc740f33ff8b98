import type { Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { GENERATE_PG_CRON } from '../../help/generate/pg-cron.ts';

/** `generate pg-cron`: writes SQL to stdout. @throws BridgeError APP_INVALID */
export function pgCronCommand(io: CommandIo): Command {
  return new DocumentedCommand('pg-cron', GENERATE_PG_CRON)
    .argument('[path...]', 'files or folders of definitions (default: CONNECTORS_DIR)')
    .action(async (paths: readonly string[]) => {
      const { pgCronSql } = await import('../../../app/sync/pg-cron.ts');
      const { connectorsDir, policyFile } = io.env;
      const all = paths.length === 0 ? [connectorsDir] : paths;
      io.stdout.write(await pgCronSql(all, { cwd: io.cwd, policyFile }));
      io.exit(EXIT.done);
    });
}

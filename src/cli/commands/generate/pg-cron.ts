import { Option, type Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import { KIND_NAMES, type KindName } from '../../../definitions/files/kind-names.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { GENERATE_PG_CRON } from '../../help/commands/generate/pg-cron.ts';

interface PgCronFlags {
  readonly kind?: KindName;
}

/** `generate pg-cron`: writes SQL to stdout. @throws BridgeError DEFINITIONS_INVALID or SCHEDULE_UNSUPPORTED */
export function pgCronCommand(io: CommandIo): Command {
  return new DocumentedCommand('pg-cron', GENERATE_PG_CRON)
    .argument('[path...]', 'files or folders of definitions (default: CONNECTORS_DIR)')
    .addOption(new Option('--kind <kind>', 'schedule only definitions of this kind').choices(KIND_NAMES))
    .action(async (paths: readonly string[], { kind }: PgCronFlags) => {
      const { generatePgCron } = await import('../../../app/generate/pg-cron.ts');
      const { connectorsDir, policyFile } = io.env;
      const all = paths.length === 0 ? [connectorsDir] : paths;
      io.stdout.write(
        await generatePgCron(all, kind === undefined ? KIND_NAMES : [kind], { cwd: io.cwd, policyFile }),
      );
      io.exit(EXIT.done);
    });
}

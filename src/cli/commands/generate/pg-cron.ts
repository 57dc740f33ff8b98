import { Option, type Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import { KIND_NAMES, type KindName } from '../../../definitions/files/kind-names.ts';
import type { Finding } from '../../../core/finding.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { GENERATE_PG_CRON } from '../../help/commands/generate/pg-cron.ts';
import { summaryOf } from '../../output/findings/finding-report.ts';
import { styleFor } from '../../output/style.ts';
import { wrapWidth } from '../../output/wrap.ts';

interface PgCronFlags {
  readonly kind?: KindName;
}

/** `generate pg-cron`: writes SQL to stdout. @throws BridgeError DEFINITIONS_INVALID or SCHEDULE_UNSUPPORTED */
export function pgCronCommand(io: CommandIo): Command {
  return new DocumentedCommand('pg-cron', GENERATE_PG_CRON)
    .argument('[path...]', 'files or folders of definitions (default: CONNECTORS_DIR)')
    .addOption(new Option('--kind <kind>', 'schedule only definitions of this kind').choices(KIND_NAMES))
    .action((paths: readonly string[], flags: PgCronFlags) => generate(paths, flags, io));
}

async function generate(paths: readonly string[], { kind }: PgCronFlags, io: CommandIo): Promise<void> {
  const { generatePgCron } = await import('../../../app/generate/pg-cron.ts');
  const { connectorsDir, policyFile } = io.env;
  const all = paths.length === 0 ? [connectorsDir] : paths;
  const kinds = kind === undefined ? KIND_NAMES : [kind];
  const { sql, unscheduled } = await generatePgCron(all, kinds, { cwd: io.cwd, policyFile });
  // Stdout is the input of psql.
  if (unscheduled.length > 0) io.stderr.write(await unscheduledText(unscheduled, io));
  io.stdout.write(sql);
  io.exit(EXIT.done);
}

async function unscheduledText(findings: readonly Finding[], { stderr, env }: CommandIo): Promise<string> {
  const { textReport } = await import('../../output/findings/finding-text.ts');
  const report = { findings, exitStatus: EXIT.done, byFile: true, summary: summaryOf(findings, []) };
  return textReport(report, styleFor(stderr, env.noColor), wrapWidth(stderr));
}

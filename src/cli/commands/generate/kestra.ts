import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT, type ExitStatus } from '../../../core/exit-status.ts';
import type { Finding } from '../../../core/finding.ts';
import { amount, count } from '../../../core/text/count-text.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { GENERATE_KESTRA } from '../../help/commands/generate/kestra.ts';
import { summaryOf, type FindingReport } from '../../output/findings/finding-report.ts';
import { addReportOptions, formatOf, type ReportFlags } from '../report-options.ts';

interface KestraFlags extends ReportFlags {
  readonly out: string;
  readonly check?: true;
  readonly force?: true;
}

/** `generate kestra`: writes or checks the flows. @throws BridgeError DEFINITIONS_INVALID, GENERATED_FILE_UNWRITABLE */
export function kestraCommand(io: CommandIo): Command {
  const command = new DocumentedCommand('kestra', GENERATE_KESTRA)
    .argument('[path...]', 'files or folders of definitions (default: CONNECTORS_DIR)')
    .option('--out <dir>', 'folder of the flows', 'kestra/flows')
    .option('--check', 'compare only, and write nothing');
  addReportOptions(command).option('--force', 'also overwrite flows that were changed by hand');
  return command.action((paths: readonly string[], flags: KestraFlags) => generate(paths, flags, io));
}

async function generate(paths: readonly string[], flags: KestraFlags, io: CommandIo): Promise<void> {
  const { readSchedulables } = await import('../../../app/generate/schedulables.ts');
  const { writeReport } = await import('../../output/findings/write-report.ts');
  const { connectorsDir, policyFile } = io.env;
  const all = paths.length === 0 ? [connectorsDir] : paths;
  const definitions = await readSchedulables(all, { cwd: io.cwd, policyFile });
  const { compareKestra, writeKestra } = await import('../../../app/generate/kestra.ts');
  const { unscheduledFindings } = await import('../../../app/generate/unscheduled.ts');
  const folder = resolve(io.cwd, flags.out);
  const places = { shownAs: relative(io.cwd, folder), cwd: io.cwd };
  const force = flags.force === true;
  const unscheduled = await unscheduledFindings(
    definitions,
    io.cwd,
    'only a person or another flow starts it',
  );
  const report =
    flags.check === true
      ? checkReport(await compareKestra(definitions, folder, places))
      : writeReportOf(await writeKestra(definitions, folder, { ...places, force }));
  writeReport({ ...report, findings: [...unscheduled, ...report.findings] }, formatOf(flags), io);
}

function checkReport(findings: readonly Finding[]): FindingReport {
  const exitStatus = exitStatusOf(findings);
  return { findings, exitStatus, byFile: true, summary: summaryOf(findings, ['drift', 'fail']) };
}

interface Writing {
  readonly findings: readonly Finding[];
  readonly written: number;
  readonly removed: number;
  readonly unchanged: number;
}

function writeReportOf({ findings, written, removed, unchanged }: Writing): FindingReport {
  const exitStatus = exitStatusOf(findings);
  const summary =
    exitStatus === EXIT.done
      ? `${amount(written, 'flow')} written, ${count(removed)} removed, ${count(unchanged)} unchanged.`
      : `Nothing was written: ${summaryOf(findings, [])}`;
  return { findings, exitStatus, byFile: true, summary, ownKeys: { written, removed, unchanged } };
}

/** A flow that cannot be generated at all outranks one that differs. */
function exitStatusOf(findings: readonly Finding[]): ExitStatus {
  if (findings.some(({ status }) => status === 'fail')) return EXIT.configuration;
  return findings.some(({ status }) => status === 'drift') ? EXIT.badData : EXIT.done;
}

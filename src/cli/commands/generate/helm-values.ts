import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT, type ExitStatus } from '../../../core/exit-status.ts';
import type { Finding } from '../../../core/finding.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { GENERATE_HELM_VALUES } from '../../help/commands/generate/helm-values.ts';
import { summaryOf } from '../../output/findings/finding-report.ts';
import { addReportOptions, formatOf, type ReportFlags } from '../report-options.ts';

interface HelmValuesFlags extends ReportFlags {
  readonly values: string;
  readonly check?: true;
}

/** `generate helm-values`: edits or checks a values file. @throws BridgeError DEFINITIONS_INVALID or VALUES_INVALID */
export function helmValuesCommand(io: CommandIo): Command {
  const command = new DocumentedCommand('helm-values', GENERATE_HELM_VALUES)
    .argument('[path...]', 'files or folders of definitions (default: CONNECTORS_DIR)')
    .requiredOption('--values <file>', 'values file of the chart; it is created if it does not exist')
    .option('--check', 'write nothing, and report the differences');
  return addReportOptions(command).action((paths: readonly string[], flags: HelmValuesFlags) =>
    helmValues(paths, flags, io),
  );
}

async function helmValues(paths: readonly string[], flags: HelmValuesFlags, io: CommandIo): Promise<void> {
  const { readSchedulables } = await import('../../../app/generate/schedulables.ts');
  const { compareHelmValues, writeHelmValues } = await import('../../../app/generate/helm-values.ts');
  const { unscheduledFindings } = await import('../../../app/generate/unscheduled.ts');
  const { writeReport } = await import('../../output/findings/write-report.ts');
  const { connectorsDir, policyFile } = io.env;
  const all = paths.length === 0 ? [connectorsDir] : paths;
  const definitions = await readSchedulables(all, { cwd: io.cwd, policyFile });
  const act = flags.check === true ? compareHelmValues : writeHelmValues;
  const found = await act(definitions, resolve(io.cwd, flags.values), { shownAs: flags.values, cwd: io.cwd });
  const findings = [...(await unscheduledFindings(definitions, io.cwd, 'it gets no job')), ...found];
  const exitStatus = exitStatusOf(findings);
  const counts = summaryOf(findings, ['ok', 'drift', 'fail']);
  const wasWritten = flags.check === true || exitStatus === EXIT.done;
  const summary = wasWritten ? counts : `Nothing was written: ${counts}`;
  writeReport({ findings, exitStatus, summary, byFile: true }, formatOf(flags), io);
}

function exitStatusOf(findings: readonly Finding[]): ExitStatus {
  if (findings.some(({ status }) => status === 'fail')) return EXIT.configuration;
  return findings.some(({ status }) => status === 'drift') ? EXIT.badData : EXIT.done;
}

import type { Command } from 'commander';
import { EXIT } from '../../core/exit-status.ts';
import type { Report } from '../../definitions/connector/load.ts';
import type { CommandIo } from '../command-io.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { VALIDATE } from '../help/validate.ts';
import type { FindingReport } from '../output/finding-report.ts';
import { count } from '../../core/text/count-text.ts';
import { addReportOptions, formatOf, type ReportFlags } from './report-options.ts';

/** `validate`: reports every problem of every connector file at once, without opening any connection. */
export function validateCommand(io: CommandIo): Command {
  const command = new DocumentedCommand('validate', VALIDATE).argument(
    '[path...]',
    'files, or directories with *.yaml files',
    [io.env.connectorsDir],
  );
  return addReportOptions(command).action(async (paths: string[], flags: ReportFlags) => {
    const { openConnectorChecker } = await import('../../app/catalog/connector-checker.ts');
    const { checkConnectorsUnderPolicy } = await import('../../app/catalog/policy.ts');
    const { writeReport } = await import('../output/write-report.ts');
    const place = { policyFile: io.env.policyFile, cwd: io.cwd };
    // Its thread starts only with the first large file, so most commands never wait for it.
    const checker = openConnectorChecker(place);
    const report = await checkConnectorsUnderPolicy(paths, place, {
      secretIsSet: (variable) => io.env.secret(variable) !== undefined,
      checkElsewhere: (file) => checker.check(file),
    }).finally(() => checker.close());
    writeReport(findingReport(report), formatOf(flags), io);
  });
}

function findingReport({ files, problems }: Report): FindingReport {
  const errors = problems.filter(({ status }) => status === 'fail').length;
  const warnings = problems.length - errors;
  const read = amount(files.length, 'file');
  const also = warnings === 0 ? '' : `, ${amount(warnings, 'warning')}`;
  return {
    findings: problems.map((problem) => ({
      ...problem,
      severity: problem.status === 'fail' ? 'error' : 'warning',
      path: problem.subject,
    })),
    exitStatus: errors === 0 ? EXIT.done : EXIT.configuration,
    summary: errors === 0 ? `${read} valid${also}.` : `${amount(errors, 'problem')}${also} in ${read}.`,
    byFile: true,
    ownKeys: { files, errors },
    listName: 'problems',
  };
}

function amount(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

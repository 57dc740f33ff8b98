import { Command } from 'commander';
import { openConnectorChecker } from '../../app/catalog/connector-checker.ts';
import { checkConnectorsUnderPolicy } from '../../app/catalog/policy.ts';
import { EXIT } from '../../core/exit-status.ts';
import type { CommandIo } from '../command-io.ts';
import type { Report } from '../../definitions/connector/load.ts';
import type { FindingReport } from '../output/finding-report.ts';
import { count } from '../output/style.ts';
import { writeReport } from '../output/write-report.ts';
import { addReportOptions, formatOf, type ReportFlags } from './report-options.ts';

const HELP = `
Exit statuses:
  0   every connector is valid; there may be warnings
  2   the command line is wrong
  78  at least one problem

Example:
  $ gemini-sync-bridge validate connectors/hr-employees.yaml
`;

/** `validate`: every problem of every connector file at once, without a connection to anything. */
export function validateCommand(io: CommandIo): Command {
  const command = new Command('validate')
    .summary('check connector files without connecting to anything')
    .description('Checks connector files and reports all problems of all files at once, each with a fix.')
    .argument('[path...]', 'files, or directories with *.yaml files', [io.env.connectorsDir]);
  return addReportOptions(command)
    .addHelpText('after', HELP)
    .action(async (paths: string[], flags: ReportFlags) => {
      const place = { policyFile: io.env.policyFile, cwd: io.cwd };
      // Its thread starts with the first large file, so most commands never wait for it.
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

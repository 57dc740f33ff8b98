import { type Command, Option } from 'commander';
import { EXIT } from '../../core/exit-status.ts';
import type { CommandIo } from '../command-io.ts';
import { VALIDATE } from '../help/validate.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { styleFor } from '../output/style.ts';

const FORMATS = ['text', 'json', 'github'] as const;

interface ValidateOptions {
  readonly format: (typeof FORMATS)[number];
}

/** `validate`: every problem of every connector file at once, without a connection to anything. */
export function validateCommand(io: CommandIo): Command {
  return new DocumentedCommand('validate', VALIDATE)
    .argument('[path...]', 'files, or directories with *.yaml files', [io.env.connectorsDir])
    .addOption(
      new Option(
        '--format <format>',
        'text for people, json for programs, github for annotations of a pull request',
      )
        .choices(FORMATS)
        .default('text'),
    )
    .action(async (paths: string[], { format }: ValidateOptions) => {
      const [{ openConnectorChecker }, { checkConnectorsUnderPolicy }, reports] = await Promise.all([
        import('../../app/catalog/connector-checker.ts'),
        import('../../app/catalog/policy.ts'),
        import('../output/validate-report.ts'),
      ]);
      const place = { policyFile: io.env.policyFile, cwd: io.cwd };
      // Its thread starts with the first large file, so most commands never wait for it.
      const checker = openConnectorChecker(place);
      const report = await checkConnectorsUnderPolicy(paths, place, {
        secretIsSet: (variable) => io.env.secret(variable) !== undefined,
        checkElsewhere: (file) => checker.check(file),
      }).finally(() => checker.close());
      const write = {
        text: () => reports.textReport(report, styleFor(io.stdout, io.env.noColor)),
        json: () => reports.jsonReport(report),
        github: () => reports.githubReport(report),
      };
      io.stdout.write(write[format]());
      io.exit(
        report.problems.some((problem) => problem.severity === 'error') ? EXIT.configuration : EXIT.done,
      );
    });
}

import { InvalidArgumentError, Option, type Command } from 'commander';
import { BridgeError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exit-status.ts';
import { amount } from '../../../core/text/count-text.ts';
import type { Report } from '../../../definitions/files/check-definitions.ts';
import { secretVariable } from '../../../definitions/connector/secrets/secrets.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { VALIDATE } from '../../help/commands/validate.ts';
import { TRIAL_PAGES_DEFAULT, TRIAL_PAGES_MAX } from '../../limits.ts';
import type { FindingReport } from '../../output/findings/finding-report.ts';
import { addReportOptions, formatOf, type ReportFlags } from '../report-options.ts';

interface ValidateFlags extends ReportFlags {
  readonly explain?: true;
  readonly try?: true;
  readonly pages?: number;
}

/** `validate`: reports every problem of every file at once. Only `--try` opens connections. */
export function validateCommand(io: CommandIo): Command {
  const command = new DocumentedCommand('validate', VALIDATE).argument(
    '[path...]',
    'files, or directories with *.yaml files',
    [io.env.connectorsDir],
  );
  return addReportOptions(command)
    .addOption(
      new Option('--explain', 'print one definition with its preset filled in').conflicts(['format', 'json']),
    )
    .addOption(new Option('--try', 'request the first pages of one API, and show them').conflicts('explain'))
    .addOption(
      new Option(
        '--pages <n>',
        `with --try: how many pages, at most ${TRIAL_PAGES_MAX} (default: ${TRIAL_PAGES_DEFAULT})`,
      ).argParser(pageCount),
    )
    .action(async (paths: string[], flags: ValidateFlags) => {
      if (flags.pages !== undefined && flags.try !== true) {
        throw new BridgeError('USAGE', '--pages has no effect without --try.', { hint: 'Add --try.' });
      }
      if (flags.explain === true) await explain(onlyPath(paths, '--explain'), io);
      else if (flags.try === true) await tryConnector(onlyPath(paths, '--try'), flags, io);
      else await writeFindings(await check(paths, io), flags, io);
    });
}

async function check(paths: readonly string[], io: CommandIo): Promise<Report> {
  const { env, cwd } = io;
  const { openConnectorChecker } = await import('../../../app/catalog/connector-checker.ts');
  const { checkDefinitionsUnderPolicy } = await import('../../../app/catalog/policy.ts');
  const place = { policyFile: env.policyFile, cwd };
  const stored = await storedNames(io);
  // Its thread starts only with the first large file, so most commands never wait for it.
  const checker = openConnectorChecker(place);
  return checkDefinitionsUnderPolicy(paths, place, {
    secretIsSet: (ref) => stored.has(ref) || env.secret(secretVariable(ref)) !== undefined,
    checkElsewhere: (file) => checker.check(file),
  }).finally(() => checker.close());
}

/** Without a key nothing is looked up: the check of files needs no database, and runs in places that have none. */
async function storedNames({ env, cwd }: CommandIo): Promise<ReadonlySet<string>> {
  if (env.managedKeys() === undefined) return new Set();
  const { storedSecretNames } = await import('../../../app/secrets/stored-names.ts');
  return storedSecretNames({ databaseUrl: env.databaseUrl, cwd });
}

async function writeFindings(report: Report, flags: ReportFlags, io: CommandIo): Promise<void> {
  const { writeReport } = await import('../../output/findings/write-report.ts');
  writeReport(findingReport(report), formatOf(flags), io);
}

/** An invalid file is reported instead. */
async function explain(path: string, io: CommandIo): Promise<void> {
  const report = await check([path], io);
  const [file] = report.files;
  const valid = [report.connectors, report.knowledgeSources, report.apps].some(({ length }) => length > 0);
  if (!valid || file === undefined) {
    await writeFindings(report, { format: 'text' }, io);
    return;
  }
  const { explainDefinition } = await import('../../../app/catalog/explain-definition.ts');
  io.stdout.write(io.env.redactor.redact(await explainDefinition(file, io.cwd)));
}

async function tryConnector(path: string, flags: ValidateFlags, io: CommandIo): Promise<void> {
  const { validateTry } = await import('./validate-try.ts');
  await validateTry({ path, pages: flags.pages ?? TRIAL_PAGES_DEFAULT, format: formatOf(flags) }, io);
}

/** @throws BridgeError USAGE */
function onlyPath(paths: readonly string[], option: string): string {
  const [path, ...others] = paths;
  if (path !== undefined && others.length === 0) return path;
  throw new BridgeError('USAGE', `${option} needs one file, and ${paths.length} were given.`, {
    hint: `Run: gemini-sync-bridge validate ${option} FILE`,
  });
}

function pageCount(text: string): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && value <= TRIAL_PAGES_MAX) return value;
  throw new InvalidArgumentError(`Must be a whole number from 1 to ${TRIAL_PAGES_MAX}.`);
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

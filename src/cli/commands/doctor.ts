import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DoctorFinding } from '../../app/doctor/finding.ts';
import type { WrongVariable } from '../../app/doctor/settings.ts';
import { ERROR_KINDS } from '../../core/error-kinds.ts';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import type { CommandIo } from '../command-io.ts';
import { DOCTOR } from '../help/commands/doctor.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { secretVariablesOf, type Environment } from '../environment/environment.ts';
import { summaryOf } from '../output/findings/finding-report.ts';
import { addReportOptions, formatOf, type ReportFlags } from './report-options.ts';

interface DoctorFlags extends ReportFlags {
  readonly connector?: string;
  readonly fixCommands?: true;
}

/** `doctor`: checks every connection that a run needs, and suggests a fix for each problem. Writes nothing anywhere. */
export function doctorCommand(io: CommandIo): Command {
  const command = new DocumentedCommand('doctor', DOCTOR)
    .option('--connector <path>', 'connector file (default: check only what all connectors share)')
    .option(
      '--fix-commands',
      'print a shell script that creates and grants what is missing in Google Cloud; the report goes to stderr',
    );
  return addReportOptions(command).action((flags: DoctorFlags) => doctor(flags, io));
}

async function doctor(flags: DoctorFlags, io: CommandIo): Promise<void> {
  requireFixable(flags);
  const { connector } = flags;
  const { runChecks: examine } = await import('../../app/doctor/doctor.ts');
  const { withSignals } = await import('../../app/run/process/process-signals.ts');
  const { writeReport } = await import('../output/findings/write-report.ts');
  const endpoints = io.env.endpoints();
  const { databaseUrl, proxy, policyFile, oracleClientLibDir, redactor } = io.env;
  const context = {
    connectorPath: connector === undefined ? undefined : resolve(io.cwd, connector),
    databaseUrl,
    cwd: io.cwd,
    gcsEndpoint: endpoints.gcs,
    discoveryEngineEndpoint: endpoints.discoveryEngine,
    ingestionDryRun: io.env.ingestionDryRun(),
    wrongVariables: wrongVariables(io.env),
    misspelledVariables: io.env.misspelled(),
    proxy,
    policyFile,
    oracleClientLibDir,
    redactor,
    github: githubOf(io.env),
    ...secretVariablesOf(io.env),
  };
  const findings = await withSignals((signal) => examine(context, signal), { process });
  const report = {
    findings: findings.map(reported),
    exitStatus: exitStatusOf(findings),
    summary: summaryOf(findings, ['ok', 'warn', 'fail']),
    listName: 'checks',
  };
  const redact = (text: string) => redactor.redact(text);
  if (connector === undefined || flags.fixCommands !== true) {
    writeReport(report, formatOf(flags), io, redact);
    return;
  }
  const { fixScript } = await import('../../app/doctor/fix/fix-commands.ts');
  const { commandsFor } = await import('../../app/doctor/fix/commands-for.ts');
  const { name, commands } = await commandsFor(findings, context);
  if (formatOf(flags) === 'json') {
    writeReport({ ...report, ownKeys: { commands } }, 'json', io, redact);
    return;
  }
  writeReport(report, 'text', { ...io, stdout: io.stderr }, redact);
  io.stdout.write(redact(fixScript(commands, name)));
}

/** An invalid variable is a finding about the settings already. */
function githubOf(env: Environment): ReturnType<Environment['github']> {
  try {
    return env.github();
  } catch (thrown) {
    if (toBridgeError(thrown).code !== 'ENVIRONMENT_INVALID') throw thrown;
    return undefined;
  }
}

/** What a fix needs to know about a finding is not part of the report. */
function reported(finding: DoctorFinding): Finding {
  return Object.assign({}, finding, { remedy: undefined, caller: undefined });
}

/** @throws BridgeError USAGE */
function requireFixable({ connector, fixCommands, format }: DoctorFlags): void {
  if (fixCommands !== true) return;
  if (connector === undefined) {
    throw new BridgeError('USAGE', '--fix-commands needs --connector, whose names are in the commands.', {
      hint: 'Add --connector PATH.',
    });
  }
  if (format !== 'github') return;
  throw new BridgeError('USAGE', '--fix-commands cannot be combined with --format github.', {
    hint: 'Leave --format out for a shell script, or use --format json.',
  });
}

/** The exit status of the first check that failed; warnings do not change the exit status. */
function exitStatusOf(findings: readonly DoctorFinding[]): ExitStatus {
  const failed = findings.find((finding) => finding.status === 'fail');
  return failed === undefined ? EXIT.done : ERROR_KINDS[failed.code].exit;
}

/** The environment errors that would stop `run`, `kb` and `serve`, at most one for each group of variables. */
function wrongVariables(env: Environment): WrongVariable[] {
  const groups = [
    { stops: 'run', read: () => env.telemetry() },
    { stops: 'run', read: () => env.retry() },
    { stops: 'serve', read: () => env.access() },
    { stops: 'serve', read: () => env.syncEndpoint() },
    { stops: 'serve', read: () => env.auditRetentionDays() },
    { stops: 'serve', read: () => env.publicUrl() },
    { stops: 'serve', read: () => env.github() },
    { stops: 'kb and serve', read: () => env.embeddings() },
  ] as const;
  return groups.flatMap(({ stops, read }) => {
    try {
      read();
      return [];
    } catch (thrown) {
      return [{ stops, error: toBridgeError(thrown) }];
    }
  });
}

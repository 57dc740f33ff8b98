import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Finding } from '../../app/doctor/finding.ts';
import type { WrongVariable } from '../../app/doctor/settings.ts';
import { toBridgeError } from '../../core/errors.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { CommandIo } from '../command-io.ts';
import { DOCTOR } from '../help/doctor.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import type { Environment } from '../environment/environment.ts';
import { jsonLine } from '../output/json-output.ts';
import { styleFor } from '../output/style.ts';

interface DoctorFlags {
  readonly connector?: string;
  readonly json?: true;
}

/** `doctor`: every connection that a run needs, each with the fix. Writes nothing anywhere. */
export function doctorCommand(io: CommandIo): Command {
  return new DocumentedCommand('doctor', DOCTOR)
    .option('--connector <path>', 'connector file (default: check only what all connectors share)')
    .option('--json', 'print one object on stdout')
    .action((flags: DoctorFlags) => doctor(flags, io));
}

async function doctor({ connector, json }: DoctorFlags, io: CommandIo): Promise<void> {
  const [{ examine }, { withSignals }, { exitStatusOf, jsonReport, textReport }] = await Promise.all([
    import('../../app/doctor/doctor.ts'),
    import('../../app/run/process-signals.ts'),
    import('../output/doctor-report.ts'),
  ]);
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
    proxy,
    policyFile,
    oracleClientLibDir,
    redactor,
    secret: (variable: string) => io.env.secret(variable),
  };
  const found = await withSignals((signal) => examine(context, signal), { process });
  const findings = found.map((finding) => redacted(finding, redactor));
  io.stdout.write(
    json === true
      ? jsonLine(jsonReport(findings))
      : textReport(findings, styleFor(io.stdout, io.env.noColor), columnsOf(io)),
  );
  io.exit(exitStatusOf(findings));
}

/** What `run` and `serve` refuse of the environment, at most one problem of each group of variables. */
function wrongVariables(env: Environment): WrongVariable[] {
  const groups = [
    { stops: 'run', read: () => env.telemetry() },
    { stops: 'run', read: () => env.retry() },
    { stops: 'serve', read: () => env.access() },
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

/** Before lines are broken: a secret in two pieces would not be known. */
function redacted(finding: Finding, redactor: Redactor): Finding {
  const what = redactor.redact(finding.what);
  return 'fix' in finding ? { ...finding, what, fix: redactor.redact(finding.fix) } : { ...finding, what };
}

/** A file or a pipe gets a line for each check, as long as it is. */
function columnsOf({ stdout }: CommandIo): number | undefined {
  return stdout.isTTY === true ? stdout.columns : undefined;
}

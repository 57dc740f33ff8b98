import { InvalidArgumentError, type Command } from 'commander';
import { COMPARERS } from '../../app/drift/comparers.ts';
import type { Comparer } from '../../app/drift/comparer.ts';
import { BridgeError } from '../../core/errors.ts';
import type { CommandIo } from '../command-io.ts';
import { CHECK_DRIFT } from '../help/check-drift.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { summaryOf } from '../output/findings/finding-report.ts';
import { addReportOptions, formatOf, type ReportFlags } from './report-options.ts';

interface CheckDriftFlags extends ReportFlags {
  readonly live?: true;
  readonly only?: readonly Comparer[];
  readonly connectors: string;
  readonly docs?: readonly string[];
  readonly kestraFlows?: string;
  readonly helmValues?: string;
}

/**
 * `check-drift`: compares the actual state, columns, data stores, generated files and pages with what definitions and this
 * program expect. Writes nothing.
 * @param makeProgram makes the whole program, with which command lines in pages are parsed
 */
export function checkDriftCommand(io: CommandIo, makeProgram: () => Command): Command {
  const command = new DocumentedCommand('check-drift', CHECK_DRIFT)
    .option('--live', 'also query the sources and Google')
    .option(
      '--only <names>',
      `compare only these, separated by commas: ${COMPARERS.map(({ name }) => name).join(', ')}`,
      comparersNamed,
    )
    .option('--connectors <path>', 'directory with connectors, or one file', io.env.connectorsDir)
    .option('--docs <path...>', 'pages of Markdown, or folders of them (default: README.md and docs)')
    .option('--kestra-flows <path>', 'folder with the generated flows (default: kestra/flows)')
    .option('--helm-values <path>', 'file of Helm values (default: that of the chart, then values.yaml)');
  return addReportOptions(command).action((flags: CheckDriftFlags) => run(flags, io, makeProgram));
}

async function run(flags: CheckDriftFlags, io: CommandIo, makeProgram: () => Command): Promise<void> {
  const live = flags.live === true;
  requireLive(flags.only ?? [], live);
  const { checkDrift } = await import('../../app/drift/check-drift.ts');
  const { documentedProgram } = await import('../help/documented-program.ts');
  const { withSignals } = await import('../../app/run/process-signals.ts');
  const { exitStatusOf } = await import('../../app/drift/drift-finding.ts');
  const { writeReport } = await import('../output/findings/write-report.ts');
  const { databaseUrl, proxy, policyFile, oracleClientLibDir, redactor } = io.env;
  const options = {
    connectorsPath: flags.connectors,
    docsPaths: flags.docs,
    kestraFlows: flags.kestraFlows,
    helmValues: flags.helmValues,
    program: documentedProgram('gemini-sync-bridge', makeProgram),
    comparers: flags.only ?? COMPARERS,
    live,
    databaseUrl,
    cwd: io.cwd,
    discoveryEngineEndpoint: live ? io.env.endpoints().discoveryEngine : undefined,
    proxy,
    policyFile,
    oracleClientLibDir,
    redactor,
    secret: (variable: string) => io.env.secret(variable),
    similarSecret: (variable: string) => io.env.similarSecret(variable),
  };
  const findings = await withSignals((signal) => checkDrift(options, signal), { process });
  const report = {
    findings,
    exitStatus: exitStatusOf(findings),
    summary: summaryOf(findings, ['ok', 'drift', 'fail']),
  };
  writeReport(report, formatOf(flags), io, (text) => redactor.redact(text));
}

/**
 * Rejects `--only` with a live comparison but without `--live`: skipping it would look as if nothing had drifted.
 * @throws BridgeError USAGE
 */
function requireLive(only: readonly Comparer[], live: boolean): void {
  const names = only.flatMap((comparer) => (comparer.live ? [comparer.name] : []));
  if (live || names.length === 0) return;
  throw new BridgeError('USAGE', `--only names ${names.join(' and ')}, which asks sources or Google.`, {
    hint: 'Add --live.',
  });
}

function comparersNamed(text: string): readonly Comparer[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => COMPARERS.every((comparer) => comparer.name !== name));
  if (unknown.length === 0) return COMPARERS.filter(({ name }) => names.includes(name));
  const known = COMPARERS.map(({ name }) => name).join(', ');
  throw new InvalidArgumentError(
    `Unknown comparison ${unknown.map((name) => JSON.stringify(name)).join(', ')}. Known: ${known}.`,
  );
}

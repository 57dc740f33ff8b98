import { Command, InvalidArgumentError } from 'commander';
import { checkDrift, COMPARERS } from '../../app/drift/check-drift.ts';
import type { Comparer } from '../../app/drift/comparer.ts';
import { withSignals } from '../../app/run/process-signals.ts';
import { BridgeError } from '../../core/errors.ts';
import { exitStatusOf } from '../../app/drift/drift-finding.ts';
import type { CommandIo } from '../command-io.ts';
import { redactorFor } from '../environment/redactor.ts';
import { summaryOf } from '../output/finding-report.ts';
import { writeReport } from '../output/write-report.ts';
import { addReportOptions, formatOf, type ReportFlags } from './report-options.ts';

interface CheckDriftFlags extends ReportFlags {
  readonly live?: true;
  readonly only?: readonly Comparer[];
  readonly connectors: string;
}

const NAME_WIDTH = Math.max(...COMPARERS.map(({ name }) => name.length)) + 2;

const HELP = `
What is compared:
${COMPARERS.map(({ name, about, live }) => `  ${name.padEnd(NAME_WIDTH)}${about}${live ? ' (--live)' : ''}`).join('\n')}
The generated pages of a checkout of this program: npm run generate:check

Exit statuses:
  0    no drift; there may be warnings
  1    a bug in this program
  2    the command line is wrong
  65   drift was found, whatever else failed; or a file of a source is not what its connector says
  69   a source or Google refuses
  75   try again later: network
  77   credentials are wrong or do not permit this
  78   a connector, a secret or the environment is wrong
  130  stopped by SIGINT    143  stopped by SIGTERM
Where several comparisons failed, the worst counts: 78, 77, 69, 65, 75 in this order.

Example:
  gemini-sync-bridge check-drift --live --only columns,data-store
`;

/** `check-drift`: compares the actual state, columns and data stores with what connectors expect. Writes nothing. */
export function checkDriftCommand(io: CommandIo): Command {
  const command = new Command('check-drift')
    .summary('report drift in state schema, source columns and data stores')
    .description(
      'Compares the state schema, source columns and data stores with what connectors expect, and suggests fixes. Writes nothing.',
    )
    .option('--live', 'also query the sources and Google')
    .option('--only <names>', 'compare only these, separated by commas', comparersNamed)
    .option('--connectors <dir>', 'directory with connectors, or one file', io.env.connectorsDir);
  return addReportOptions(command)
    .addHelpText('after', HELP)
    .action((flags: CheckDriftFlags) => run(flags, io));
}

async function run(flags: CheckDriftFlags, io: CommandIo): Promise<void> {
  const live = flags.live === true;
  requireLive(flags.only ?? [], live);
  const redactor = redactorFor(io.env);
  const { databaseUrl, proxy, policyFile, oracleClientLibDir } = io.env;
  const options = {
    connectorsPath: flags.connectors,
    comparers: flags.only ?? COMPARERS,
    live,
    databaseUrl,
    cwd: io.cwd,
    discoveryEngineEndpoint: live ? io.env.endpoints().discoveryEngine : undefined,
    proxy,
    policyFile,
    oracleClientLibDir,
    redactor,
    secret: (variable: string) => {
      const value = io.env.secret(variable);
      if (value !== undefined) redactor.add(value);
      return value;
    },
  };
  const findings = await withSignals((signal) => checkDrift(options, signal), { process });
  const report = {
    findings,
    exitStatus: exitStatusOf(findings),
    summary: summaryOf(findings, ['ok', 'drift', 'fail']),
  };
  writeReport(report, formatOf(flags), io, (text) => redactor.redact(text));
}

/** @throws BridgeError USAGE: to leave out what was asked for by its name would look as if nothing had drifted. */
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

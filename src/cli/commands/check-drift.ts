import { Command, InvalidArgumentError, Option } from 'commander';
import { checkDrift, COMPARERS } from '../../app/drift/check-drift.ts';
import type { Comparer } from '../../app/drift/comparer.ts';
import { withSignals } from '../../app/run/process-signals.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { exitStatusOf, type DriftFinding } from '../../app/drift/drift-finding.ts';
import { githubReport, jsonReport, textReport } from '../output/check-drift-report.ts';
import type { CommandIo } from '../command-io.ts';
import { redactorFor } from '../environment/redactor.ts';
import { styleFor } from '../output/style.ts';

const FORMATS = ['text', 'json', 'github'] as const;

interface CheckDriftFlags {
  readonly live?: true;
  readonly only?: readonly Comparer[];
  readonly connectors: string;
  readonly format: (typeof FORMATS)[number];
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
  return new Command('check-drift')
    .summary('report drift in state schema, source columns and data stores')
    .description(
      'Compares the state schema, source columns and data stores with what connectors expect, and suggests fixes. Writes nothing.',
    )
    .option('--live', 'also query the sources and Google')
    .option('--only <names>', 'compare only these, separated by commas', comparersNamed)
    .option('--connectors <dir>', 'directory with connectors, or one file', io.env.connectorsDir)
    .addOption(
      new Option(
        '--format <format>',
        'text for people, json for programs, github for annotations of a pull request',
      )
        .choices(FORMATS)
        .default('text'),
    )
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
  const found = await withSignals((signal) => checkDrift(options, signal), { process });
  const findings = found.map((finding) => redacted(finding, redactor));
  const { stdout } = io;
  const write = {
    text: () => textReport(findings, styleFor(stdout, io.env.noColor), widthOf(stdout)),
    json: () => jsonReport(findings),
    github: () => githubReport(findings),
  };
  stdout.write(write[flags.format]());
  io.exit(exitStatusOf(findings));
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

/** Before lines are broken: a secret in two pieces would not be known. */
function redacted(finding: DriftFinding, redactor: Redactor): DriftFinding {
  const what = redactor.redact(finding.what);
  return 'fix' in finding ? { ...finding, what, fix: redactor.redact(finding.fix) } : { ...finding, what };
}

/** A file or a pipe gets a line for each comparison, as long as it is. */
function widthOf({ isTTY, columns }: CommandIo['stdout']): number | undefined {
  return isTTY === true ? columns : undefined;
}

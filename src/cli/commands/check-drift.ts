import { type Command, InvalidArgumentError, Option } from 'commander';
import { COMPARERS } from '../../app/drift/comparers.ts';
import type { Comparer } from '../../app/drift/comparer.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { DriftFinding } from '../../drift/finding.ts';
import type { CommandIo } from '../command-io.ts';
import { CHECK_DRIFT } from '../help/check-drift.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { styleFor } from '../output/style.ts';

const FORMATS = ['text', 'json', 'github'] as const;

interface CheckDriftFlags {
  readonly live?: true;
  readonly only?: readonly Comparer[];
  readonly connectors: string;
  readonly format: (typeof FORMATS)[number];
}

/** `check-drift`: compares the actual state, columns and data stores with what connectors expect. Writes nothing. */
export function checkDriftCommand(io: CommandIo): Command {
  return new DocumentedCommand('check-drift', CHECK_DRIFT)
    .option('--live', 'also query the sources and Google')
    .option(
      '--only <names>',
      `compare only these, separated by commas: ${COMPARERS.map(({ name }) => name).join(', ')}`,
      comparersNamed,
    )
    .option('--connectors <path>', 'directory with connectors, or one file', io.env.connectorsDir)
    .addOption(
      new Option(
        '--format <format>',
        'text for people, json for programs, github for annotations of a pull request',
      )
        .choices(FORMATS)
        .default('text'),
    )
    .action((flags: CheckDriftFlags) => run(flags, io));
}

async function run(flags: CheckDriftFlags, io: CommandIo): Promise<void> {
  const live = flags.live === true;
  requireLive(flags.only ?? [], live);
  const [{ checkDrift }, { withSignals }, { exitStatusOf }, report] = await Promise.all([
    import('../../app/drift/check-drift.ts'),
    import('../../app/run/process-signals.ts'),
    import('../../drift/finding.ts'),
    import('../output/check-drift-report.ts'),
  ]);
  const { databaseUrl, proxy, policyFile, oracleClientLibDir, redactor } = io.env;
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
    secret: (variable: string) => io.env.secret(variable),
  };
  const found = await withSignals((signal) => checkDrift(options, signal), { process });
  const findings = found.map((finding) => redacted(finding, redactor));
  const { stdout } = io;
  const write = {
    text: () => report.textReport(findings, styleFor(stdout, io.env.noColor), widthOf(stdout)),
    json: () => report.jsonReport(findings),
    github: () => report.githubReport(findings),
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

import { InvalidArgumentError, type Command } from 'commander';
import { COMPARERS } from '../../app/drift/comparers.ts';
import type { Comparer } from '../../app/drift/comparer.ts';
import { BridgeError } from '../../core/errors.ts';
import { REPAIR_DELETES_MAX } from '../../core/limits.ts';
import type { CommandIo } from '../command-io.ts';
import { secretVariablesOf } from '../environment/environment.ts';
import { CHECK_DRIFT } from '../help/commands/check-drift.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { summaryOf } from '../output/findings/finding-report.ts';
import { addReportOptions, formatOf, type ReportFlags } from './report-options.ts';

interface CheckDriftFlags extends ReportFlags {
  readonly live?: true;
  readonly only?: readonly Comparer[];
  readonly connectors: string;
  readonly repair?: true;
  readonly allowDeletes?: number;
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
    .option('--repair', 'with --live: repair what the comparison `records` finds, as a run of each connector')
    .option(
      '--allow-deletes <max>',
      'with --repair: delete documents that no record knows, at most <max> per connector, or none',
      deletesMax,
    )
    .option('--docs <path...>', 'pages of Markdown, or folders of them (default: README.md and docs)')
    .option('--kestra-flows <path>', 'folder with the generated flows (default: kestra/flows)')
    .option('--helm-values <path>', 'file of Helm values (default: values.yaml)');
  return addReportOptions(command).action((flags: CheckDriftFlags) => run(flags, io, makeProgram));
}

async function run(flags: CheckDriftFlags, io: CommandIo, makeProgram: () => Command): Promise<void> {
  const live = flags.live === true;
  requireLive(flags.only ?? [], live);
  requireRepairable(flags, io);
  const { checkDrift } = await import('../../app/drift/check-drift.ts');
  const { documentedProgram } = await import('../help/documented-program.ts');
  const { withSignals } = await import('../../app/run/process/process-signals.ts');
  const { exitStatusOf } = await import('../../app/drift/drift-finding.ts');
  const { writeReport } = await import('../output/findings/write-report.ts');
  const { databaseUrl, proxy, policyFile, oracleClientLibDir, redactor } = io.env;
  const isRepair = flags.repair === true;
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
    retry: live ? io.env.retry() : NO_RETRY,
    repair: isRepair ? await repairContext(flags.allowDeletes ?? 0, io) : undefined,
    proxy,
    policyFile,
    oracleClientLibDir,
    redactor,
    ...secretVariablesOf(io.env),
  };
  const findings = await withSignals((signal) => checkDrift(options, signal), { process });
  const report = {
    findings,
    exitStatus: exitStatusOf(findings, isRepair),
    summary: summaryOf(findings, ['ok', 'drift', 'fail']),
  };
  writeReport(report, formatOf(flags), io, (text) => redactor.redact(text));
}

/** Nothing is requested without `--live`. */
const NO_RETRY = { retries: 0, backoffSeconds: 0 };

async function repairContext(allowDeletes: number, io: CommandIo) {
  const { openRunOutput } = await import('../run-output/run-output.ts');
  const { newRunId } = await import('../../app/run/run-id.ts');
  const { systemClock } = await import('../../core/time/clock.ts');
  const { databaseUrl, redactor } = io.env;
  const endpoints = io.env.endpoints();
  return {
    databaseUrl,
    cwd: io.cwd,
    gcsEndpoint: endpoints.gcs,
    discoveryEngineEndpoint: endpoints.discoveryEngine,
    retry: io.env.retry(),
    log: openRunOutput(io, 'off', `repair-${newRunId(systemClock.now())}`, 'connector').log,
    allowDeletes,
    redact: (text: string) => redactor.redact(text),
  };
}

/**
 * Rejects options that would have no effect, or a different effect than they promise.
 * @throws BridgeError USAGE
 */
function requireRepairable({ repair, live, only, allowDeletes }: CheckDriftFlags, io: CommandIo): void {
  if (repair !== true) {
    if (allowDeletes === undefined) return;
    throw new BridgeError('USAGE', '--allow-deletes needs --repair.', { hint: 'Add --live --repair.' });
  }
  if (live !== true) {
    throw new BridgeError('USAGE', '--repair needs --live, because it compares with the data stores.', {
      hint: 'Add --live.',
    });
  }
  if (only?.every(({ name }) => name !== 'records') === true) {
    throw new BridgeError('USAGE', '--repair repairs only what the comparison records finds.', {
      hint: 'Add records to --only.',
    });
  }
  if (!io.env.ingestionDryRun()) return;
  throw new BridgeError('USAGE', '--repair sends deletes, and GEMINI_INGESTION_DRY_RUN is set.', {
    hint: 'Unset GEMINI_INGESTION_DRY_RUN, or run without --repair to see the plan.',
  });
}

function deletesMax(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= REPAIR_DELETES_MAX) return value;
  throw new InvalidArgumentError(`Must be a whole number up to ${REPAIR_DELETES_MAX}.`);
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

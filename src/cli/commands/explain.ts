import { Command } from 'commander';
import type { Explanation } from '../../app/explain/explanation.ts';
import { toBridgeError } from '../../core/errors.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import type { CommandIo } from '../command-io.ts';
import { failureJson, failureText } from '../output/failure.ts';
import { styleFor } from '../output/style.ts';

interface ExplainFlags {
  readonly connector: string;
  readonly doc: string;
  readonly local?: true;
  readonly json?: true;
}

const HELP = `
Exit statuses:
  0   the document is in the index, according to its last acknowledgement
  2   the command line is wrong, or the id does not belong to this connector
  4   the document is not in the index, or it is not known whether it is
  69  the state database refuses
  75  the state database cannot be reached or is at a limit; try again later
  78  the connector or the environment is wrong, or the state has no current schema

Example:
  gemini-sync-bridge explain --connector connectors/hr-employees.yaml --doc hr-employees:4711
`;

export function explainCommand(io: CommandIo): Command {
  return new Command('explain')
    .summary('show the status of one document, and why')
    .description(
      'Shows the status of one document: when a run last saw it, which run sent it, which operation acknowledged it, who may read it, or why it is absent. Reads the state and the artifacts. Writes nothing, and contacts neither Google nor the source.',
    )
    .requiredOption('--connector <path>', 'connector file')
    .requiredOption(
      '--doc <id>',
      'id of the document, such as `hr-employees:4711`, or its id in the data store',
    )
    .option('--local', 'use `--local` runs instead of the data store')
    .option('--json', 'print one result object on stdout')
    .addHelpText('after', HELP)
    .action((flags: ExplainFlags) => explain(flags, io));
}

async function explain(flags: ExplainFlags, io: CommandIo): Promise<void> {
  const { env, cwd, stdout } = io;
  const local = flags.local === true;
  const [{ explainDocument }, { loadConnectorUnderPolicy }, { runCommandLine }, { explanationText }] =
    await Promise.all([
      import('../../app/explain/explain.ts'),
      import('../../app/catalog/policy.ts'),
      import('../../app/run/run-command-line.ts'),
      import('../output/explanation-text.ts'),
    ]);
  try {
    const connector = await loadConnectorUnderPolicy(flags.connector, { policyFile: env.policyFile, cwd });
    const place = { cwd, databaseUrl: env.databaseUrl, gcsEndpoint: env.endpoints().gcs, retry: env.retry() };
    const explanation = await explainDocument(connector, { doc: flags.doc, local }, place);
    const exitStatus = exitStatusOf(explanation);
    if (flags.json === true) {
      stdout.write(`${JSON.stringify({ ...explanation, exitStatus })}\n`);
    } else {
      const explained = { explanation, local, run: runCommandLine(flags.connector, local) };
      // What is not read on a terminal is read by lines.
      const width = stdout.isTTY === true ? (stdout.columns ?? COLUMNS_DEFAULT) : Number.POSITIVE_INFINITY;
      stdout.write(explanationText(explained, styleFor(stdout, env.noColor), width));
    }
    io.exit(exitStatus);
  } catch (thrown) {
    tellFailure(thrown, flags, io);
  }
}

/** Of a terminal that does not say how wide it is. */
const COLUMNS_DEFAULT = 80;

/** An absent document is not an error of the command, so it has an exit status of its own. */
function exitStatusOf({ present }: Pick<Explanation, 'present'>): ExitStatus {
  return present === true ? EXIT.done : EXIT.partial;
}

function tellFailure(thrown: unknown, { doc, json }: ExplainFlags, io: CommandIo): void {
  const error = toBridgeError(thrown);
  const { redactor } = io.env;
  io.stderr.write(redactor.redact(failureText(error)));
  if (json === true) {
    const failure = { doc, exitStatus: error.exit, error: failureJson(error) };
    io.stdout.write(`${redactor.redact(JSON.stringify(failure))}\n`);
  }
  io.exit(error.exit);
}

import { Command } from 'commander';
import { explainDocument } from '../app/explain.ts';
import type { Explanation } from '../app/explanation.ts';
import { loadConnectorUnderPolicy } from '../app/policy.ts';
import { toBridgeError } from '../core/errors.ts';
import { EXIT, type ExitStatus } from '../core/exit-status.ts';
import type { CommandIo } from './command-io.ts';
import { redactorFor } from './env-redactor.ts';
import { explanationText } from './explanation-text.ts';
import { failureJson, failureText } from './failure.ts';
import { runCommandLine } from '../app/run-command-line.ts';
import { styleFor } from './style.ts';

interface ExplainFlags {
  readonly connector: string;
  readonly doc: string;
  readonly local?: true;
  readonly json?: true;
}

const HELP = `
Exit statuses:
  0   the document is in the index, as far as the index has acknowledged
  2   the command line is wrong, or the id is none of this connector's
  4   the document is not in the index, or it is not known whether it is
  69  the state database refuses
  75  the state database cannot be reached or is at a limit; try again later
  78  the connector or the environment is wrong, or the state has no current schema

Example:
  gemini-sync-bridge explain --connector connectors/hr-employees.yaml --doc hr-employees:4711
`;

export function explainCommand(io: CommandIo): Command {
  return new Command('explain')
    .summary('where one document stands, and why')
    .description(
      'Says where one document stands and why: last seen, sent by which run, acknowledged by which operation, with which readers, or why it is absent. Reads the state and the artifacts; writes nothing, and asks neither Google nor the source.',
    )
    .requiredOption('--connector <path>', 'connector file')
    .requiredOption('--doc <id>', 'id of the document, as `hr-employees:4711`, or as the data store has it')
    .option('--local', 'ask about the runs with --local, in place of the data store')
    .option('--json', 'print one result object on stdout')
    .addHelpText('after', HELP)
    .action((flags: ExplainFlags) => explain(flags, io));
}

async function explain(flags: ExplainFlags, io: CommandIo): Promise<void> {
  const { env, cwd, stdout } = io;
  const local = flags.local === true;
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

/** Absent is no error of the command, and a status of its own tells it from all of those. */
function exitStatusOf({ present }: Pick<Explanation, 'present'>): ExitStatus {
  return present === true ? EXIT.done : EXIT.partial;
}

function tellFailure(thrown: unknown, { doc, json }: ExplainFlags, io: CommandIo): void {
  const error = toBridgeError(thrown);
  const redactor = redactorFor(io.env);
  io.stderr.write(redactor.redact(failureText(error)));
  if (json === true) {
    const failure = { doc, exitStatus: error.exit, error: failureJson(error) };
    io.stdout.write(`${redactor.redact(JSON.stringify(failure))}\n`);
  }
  io.exit(error.exit);
}

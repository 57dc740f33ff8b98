import type { Command } from 'commander';
import type { Explanation } from '../../app/explain/explanation.ts';
import { toBridgeError } from '../../core/errors.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import type { CommandIo } from '../command-io.ts';
import { EXPLAIN } from '../help/commands/explain.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { jsonLine } from '../output/json-output.ts';
import { failureJson, writeFailure } from '../output/failure.ts';
import { styleFor } from '../output/style.ts';
import { wrapWidth } from '../output/wrap.ts';

interface ExplainFlags {
  readonly connector: string;
  readonly doc: string;
  readonly local?: true;
  readonly json?: true;
}

export function explainCommand(io: CommandIo): Command {
  return new DocumentedCommand('explain', EXPLAIN)
    .requiredOption('--connector <path>', 'connector file')
    .requiredOption(
      '--doc <id>',
      'key of the row such as 4711, id of the document such as `hr-employees:4711`, or its id in the data store',
    )
    .option('--local', 'use `--local` runs instead of the data store')
    .option('--json', 'print one result object on stdout')
    .action((flags: ExplainFlags) => explain(flags, io));
}

async function explain(flags: ExplainFlags, io: CommandIo): Promise<void> {
  const { env, cwd, stdout } = io;
  const local = flags.local === true;
  const { explainDocument } = await import('../../app/explain/explain.ts');
  const { loadConnectorUnderPolicy } = await import('../../app/catalog/policy.ts');
  const { runCommandLine } = await import('../../app/run/process/run-command-line.ts');
  const { explanationText } = await import('../output/explanation-text.ts');
  try {
    const connector = await loadConnectorUnderPolicy(flags.connector, { policyFile: env.policyFile, cwd });
    const place = { cwd, databaseUrl: env.databaseUrl, gcsEndpoint: env.endpoints().gcs, retry: env.retry() };
    const explanation = await explainDocument(
      connector,
      { doc: flags.doc, local, path: flags.connector },
      place,
    );
    const exitStatus = exitStatusOf(explanation);
    if (flags.json === true) {
      stdout.write(jsonLine({ ...explanation, exitStatus }));
    } else {
      const explained = { explanation, local, run: runCommandLine(flags.connector, local) };
      stdout.write(explanationText(explained, styleFor(stdout, env.noColor), wrapWidth(stdout)));
    }
    io.exit(exitStatus);
  } catch (thrown) {
    tellFailure(thrown, flags, io);
  }
}

/** An absent document is not an error of the command, so it has a separate exit status. */
function exitStatusOf({ present }: Pick<Explanation, 'present'>): ExitStatus {
  return present === true ? EXIT.done : EXIT.partial;
}

function tellFailure(thrown: unknown, { doc, json }: ExplainFlags, io: CommandIo): void {
  const error = toBridgeError(thrown);
  const { redactor } = io.env;
  writeFailure(error, io.stderr, (text) => redactor.redact(text));
  if (json === true) {
    const failure = { doc, exitStatus: error.exit, error: failureJson(error) };
    io.stdout.write(redactor.redact(jsonLine(failure)));
  }
  io.exit(error.exit);
}

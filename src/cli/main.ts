import { CommanderError, type Command } from 'commander';
import { toBridgeError } from '../core/errors.ts';
import { PREVIEW_ARGUMENT } from '../app/studio/preview-process/preview-order.ts';
import { EXIT, type ExitStatus } from '../core/exit-status.ts';
import { PROCESS_LINGER_MS_MAX } from './limits.ts';
import { readEnvironment } from './environment/environment.ts';
import type { CommandIo, InputStream, OutputStream } from './command-io.ts';
import { checkDriftCommand } from './commands/check-drift.ts';
import { completionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { writeFailure } from './output/failure.ts';
import { DocumentedCommand, HELP_SUMMARY } from './help/documented-command.ts';
import { PROGRAM } from './help/program.ts';
import { kbCommand } from './commands/kb/kb.ts';
import { keysCommand } from './commands/keys.ts';
import { migrateCommand } from './commands/migrate.ts';
import { retireCommand } from './commands/retire.ts';
import { runCommand } from './commands/run.ts';
import { secretsCommand } from './commands/secrets/secrets.ts';
import { serveCommand } from './commands/serve.ts';
import { syncCommand } from './commands/sync.ts';
import { workerCommand } from './commands/worker.ts';
import { generateCommand } from './commands/generate/generate.ts';
import { initCommand } from './commands/init.ts';
import { keepHeapSmall } from './small-heap.ts';
import { hasColors } from './output/style.ts';
import { guarded } from './output/terminal.ts';
import { validateCommand } from './commands/validate/validate.ts';
import { programVersion } from './version.ts';

/** The environment that the program runs in: its own process, or a test. */
interface Surroundings {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin?: InputStream;
  readonly cwd: string;
  /** Replaces the environment variables of the process. */
  readonly variables?: NodeJS.ProcessEnv;
  /** Called by a run of more than one batch of rows. Its effect on V8 is permanent and applies to the whole process. */
  readonly keepHeapSmall: () => void;
}

/** Runs the command line. Resolves to the exit status and never throws. */
export async function main(
  args: readonly string[],
  surroundings: Surroundings = ownProcess(),
): Promise<ExitStatus> {
  const { cwd, variables, keepHeapSmall } = surroundings;
  const stdout = guarded(surroundings.stdout);
  const stderr = guarded(surroundings.stderr);
  let status: ExitStatus = EXIT.done;
  // Until the environment is read, no secrets are known that would have to be redacted.
  let redact = (text: string) => text;
  try {
    const env = readEnvironment(variables);
    redact = (text) => env.redactor.redact(text);
    const io: CommandIo = {
      stdout,
      stderr,
      // Opened only by the commands that read it.
      get stdin() {
        return surroundings.stdin;
      },
      env,
      cwd,
      exit: (next) => {
        status = next;
      },
    };
    if (args.length === 1 && args[0] === PREVIEW_ARGUMENT)
      await (await import('./preview-source.ts')).previewForServer(io);
    else await program(io, keepHeapSmall).parseAsync(args, { from: 'user' });
    return status;
  } catch (thrown) {
    // Commander has already printed its message; help and version also end this way.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
    const error = toBridgeError(thrown);
    writeFailure(error, stderr, redact);
    return error.exit;
  }
}

function ownProcess(): Surroundings {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', outliveReader);
  return {
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    keepHeapSmall,
  };
}

/** The reader of the output may disappear, such as `head` or a server that was killed. The run continues. */
function outliveReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/**
 * Ends the process if it does not end by itself after `main`: operations that telemetry abandoned, such as a DNS lookup, must
 * not keep it alive. Pending output is written first.
 */
export function endSoon(process: Pick<NodeJS.Process, 'stdout' | 'exit'>): void {
  const timer = setTimeout(() => {
    process.stdout.write('', () => process.exit());
  }, PROCESS_LINGER_MS_MAX);
  timer.unref();
}

export function program(io: CommandIo, keepHeapSmall: () => void): Command {
  const bridge = new DocumentedCommand('gemini-sync-bridge', PROGRAM)
    .version(programVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', HELP_SUMMARY)
    .showHelpAfterError('(try --help)')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => helpWidth(io.stdout),
      getErrHelpWidth: () => helpWidth(io.stderr),
      getOutHasColors: () => hasColors(io.stdout, io.env.noColor),
      getErrHasColors: () => hasColors(io.stderr, io.env.noColor),
    });
  bridge.exitOverride();
  bridge.addCommand(runCommand(io, keepHeapSmall));
  const others = [
    initCommand,
    validateCommand,
    doctorCommand,
    (own: CommandIo) => checkDriftCommand(own, () => program(io, keepHeapSmall)),
    explainCommand,
    retireCommand,
    migrateCommand,
    kbCommand,
    serveCommand,
    syncCommand,
    workerCommand,
    keysCommand,
    secretsCommand,
    generateCommand,
    completionCommand,
  ];
  for (const make of others) bridge.addCommand(make(io));
  inheritSettings(bridge);
  return bridge;
}

/** The width of a file, and of a terminal that does not report its width. */
const HELP_COLUMNS_DEFAULT = 80;

function helpWidth({ isTTY, columns }: OutputStream): number {
  return isTTY !== true || columns === undefined || columns === 0 ? HELP_COLUMNS_DEFAULT : columns;
}

/** Commander copies settings only to commands that a parent command creates. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) inheritSettings(command.copyInheritedSettings(parent));
}

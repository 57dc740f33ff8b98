import { CommanderError, type Command } from 'commander';
import { toBridgeError } from '../core/errors.ts';
import { EXIT, type ExitStatus } from '../core/exit-status.ts';
import { PROCESS_LINGER_MS_MAX } from './limits.ts';
import { readEnvironment } from './environment/environment.ts';
import type { CommandIo, OutputStream } from './command-io.ts';
import { checkDriftCommand } from './commands/check-drift.ts';
import { completionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { failureText } from './output/failure.ts';
import { DocumentedCommand, HELP_SUMMARY } from './help/documented-command.ts';
import { PROGRAM } from './help/program.ts';
import { keysCommand } from './commands/keys.ts';
import { migrateCommand } from './commands/migrate.ts';
import { runCommand } from './commands/run.ts';
import { serveCommand } from './commands/serve.ts';
import { keepHeapSmall } from './small-heap.ts';
import { hasColors } from './output/style.ts';
import { guarded } from './output/terminal.ts';
import { validateCommand } from './commands/validate.ts';
import { programVersion } from './version.ts';

/** Where the program runs: a process of its own, or a test's. */
interface Surroundings {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly cwd: string;
  /** The environment, if it is not the process's. */
  readonly variables?: NodeJS.ProcessEnv;
  /** Called before rows are read. What it does to V8 lasts, and concerns everything in the process. */
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
  // Until the environment is read, nothing is known that would have to be hidden.
  let redact = (text: string) => text;
  try {
    const env = readEnvironment(variables);
    redact = (text) => env.redactor.redact(text);
    const io: CommandIo = {
      stdout,
      stderr,
      env,
      cwd,
      exit: (next) => {
        status = next;
      },
    };
    await program(io, keepHeapSmall).parseAsync(args, { from: 'user' });
    return status;
  } catch (thrown) {
    // Commander has printed its message already; help and version end this way too.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
    const error = toBridgeError(thrown);
    stderr.write(redact(failureText(error)));
    return error.exit;
  }
}

function ownProcess(): Surroundings {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', outliveReader);
  return { stdout: process.stdout, stderr: process.stderr, cwd: process.cwd(), keepHeapSmall };
}

/** The reader of the output may go away: `head`, or a server that was killed. That does not end a run. */
function outliveReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/**
 * Ends the process if it does not end by itself now that `main` is done: what telemetry gave up on, such as the lookup of a
 * host name, may not keep it. Output that is still on its way is waited for.
 */
export function endSoon(process: Pick<NodeJS.Process, 'stdout' | 'exit'>): void {
  const timer = setTimeout(() => {
    process.stdout.write('', () => process.exit());
  }, PROCESS_LINGER_MS_MAX);
  timer.unref();
}

export function program(io: CommandIo, beforeRows: () => void): Command {
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
  bridge.addCommand(runCommand(io, beforeRows));
  const others = [
    validateCommand,
    doctorCommand,
    checkDriftCommand,
    explainCommand,
    migrateCommand,
    serveCommand,
    keysCommand,
    completionCommand,
  ];
  for (const make of others) bridge.addCommand(make(io));
  inheritSettings(bridge);
  return bridge;
}

/** Of a terminal that does not say how wide it is, and of a file. */
const HELP_COLUMNS_DEFAULT = 80;

function helpWidth({ isTTY, columns }: OutputStream): number {
  return isTTY === true ? (columns ?? HELP_COLUMNS_DEFAULT) : HELP_COLUMNS_DEFAULT;
}

/** Commander copies settings only to commands that are made by a parent. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) inheritSettings(command.copyInheritedSettings(parent));
}

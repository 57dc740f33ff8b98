import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { toBridgeError } from '../core/errors.ts';
import { EXIT, type ExitStatus } from '../core/exit-status.ts';
import { readEnvironment } from './env.ts';
import type { CommandIo } from './command-io.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { failureText } from './failure.ts';
import { keysCommand } from './keys.ts';
import { migrateCommand } from './migrate.ts';
import { runCommand } from './run.ts';
import { serveCommand } from './serve.ts';
import { validateCommand } from './validate.ts';

/** Runs the command line. Resolves to the exit status and never throws. */
export async function main(args: readonly string[]): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.done;
  try {
    const io: CommandIo = {
      stdout: process.stdout,
      stderr: process.stderr,
      env: readEnvironment(),
      cwd: process.cwd(),
      exit: (next) => {
        status = next;
      },
    };
    await program(io).parseAsync(args, { from: 'user' });
    return status;
  } catch (thrown) {
    // Commander has printed its message already; help and version end this way too.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
    const error = toBridgeError(thrown);
    process.stderr.write(failureText(error));
    return error.exit;
  }
}

function program(io: CommandIo): Command {
  const bridge = new Command('gemini-sync-bridge')
    .description('Keeps Gemini Enterprise in step with SQL tables and internal APIs.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .showHelpAfterError('(try --help)')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  bridge.exitOverride();
  const commands = [runCommand, validateCommand, doctorCommand, explainCommand, migrateCommand, keysCommand];
  for (const make of commands) bridge.addCommand(make(io));
  bridge.addCommand(serveCommand(io, version()));
  inheritSettings(bridge);
  return bridge;
}

/** Commander copies settings only to commands that are made by a parent. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) inheritSettings(command.copyInheritedSettings(parent));
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}

import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../core/time/clock.ts';
import { EXIT } from '../../core/exit-status.ts';
import type { CommandIo } from '../command-io.ts';
import { secretVariablesOf } from '../environment/environment.ts';
import { stderrLogger } from '../output/stderr-logger.ts';
import { SERVE } from '../help/commands/serve.ts';
import { DocumentedCommand } from '../help/documented-command.ts';
import { programVersion } from '../version.ts';

interface ServeFlags {
  readonly host: string;
  readonly port: number;
}

/** `serve`: runs the push API and Ops until it is stopped. It prints its address on stdout once it accepts requests. */
export function serveCommand(io: CommandIo): Command {
  return new DocumentedCommand('serve', SERVE)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 8080)
    .action(async (flags: ServeFlags) => {
      await serve(flags, io);
      io.exit(EXIT.done);
    });
}

async function serve(flags: ServeFlags, io: CommandIo): Promise<void> {
  // Loading the server takes a quarter of a second, so other commands do not load it.
  const { openBridgeServer } = await import('../../server/open-bridge-server.ts');
  const { withSignals } = await import('../../app/run/process/process-signals.ts');
  const { databaseUrl, connectorsDir, policyFile } = io.env;
  await withSignals(
    async (signal) => {
      const server = await openBridgeServer({
        ...flags,
        version: programVersion(),
        databaseUrl,
        connectorsDir,
        policyFile,
        variablesForRun: (secretVariables) => io.env.forRun(secretVariables),
        runLinks: io.env.runLinks(),
        publicUrl: io.env.publicUrl(),
        github: io.env.github(),
        gcsEndpoint: io.env.endpoints().gcs,
        auditRetentionDays: io.env.auditRetentionDays(),
        cwd: io.cwd,
        studioPaths: io.env.studioPaths(),
        knowledge: {
          embeddings: io.env.embeddings(),
          proxy: io.env.proxy,
          redactor: io.env.redactor,
          retry: io.env.retry(),
          ...secretVariablesOf(io.env),
        },
        previews: { reach: io.env.previewReach(), variables: () => io.env.forPreview() },
        clock: systemClock,
        log: stderrLogger(io),
        sync: {
          ...io.env.syncEndpoint(),
          settings: io.env.telemetry(),
          retry: io.env.retry(),
          proxy: io.env.proxy,
          redactor: io.env.redactor,
          ...secretVariablesOf(io.env),
        },
        access: {
          ...io.env.access(),
          ...secretVariablesOf(io.env),
          announceKey: (key) => io.stderr.write(announcement(key)),
        },
      });
      io.stdout.write(`Listening on ${server.address}\n`);
      await aborted(signal);
      await server.stop();
    },
    { process },
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
    if (signal.aborted) resolve();
  });
}

/** The key is shown only this once, so it must stand out from the log lines. */
function announcement(key: string): string {
  const rule = '='.repeat(72);
  const lines = [
    'No keys existed and this server is reachable from other machines, so an',
    'admin key was created. It is shown only once:',
    '',
    `  ${key}`,
    '',
    'Create other keys with gemini-sync-bridge keys create, then revoke this one.',
  ];
  return `${[rule, ...lines, rule].join('\n')}\n`;
}

function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}

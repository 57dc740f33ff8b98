import { Option, type Command } from 'commander';
import type { ManagedSecretFacts, SecretOrder } from '../../../app/studio/secrets/managed-secret-service.ts';
import { BridgeError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exit-status.ts';
import { MANAGED_SECRET_BYTES_MAX } from '../../../core/limits.ts';
import { commandLineActor } from '../../environment/command-line-actor.ts';
import type { CommandIo } from '../../command-io.ts';
import { SECRETS_SET } from '../../help/commands/secrets.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { withSecrets } from './open.ts';

interface SetFlags {
  readonly host?: readonly string[];
  readonly anyHost?: true;
  readonly connector?: readonly string[];
  readonly anyConnector?: true;
  readonly note?: string;
  readonly keepValue?: true;
  readonly json?: true;
}

/** The value never is an argument: the list of processes shows arguments to every user of the machine. */
export function setCommand(io: CommandIo): Command {
  return new DocumentedCommand('set', SECRETS_SET)
    .argument('<name>', 'name of the secret, as in `secretRef`')
    .option('--host <pattern...>', 'hosts that the value may be sent to (default: as before, or any)')
    .addOption(new Option('--any-host', 'allow every host').conflicts('host'))
    .option('--connector <name...>', 'connectors that may use the secret (default: as before, or any)')
    .addOption(new Option('--any-connector', 'allow every connector').conflicts('connector'))
    .option('--note <text>', 'note for people, such as the owner (default: as before)')
    .option('--keep-value', 'change only the settings; stdin is not read')
    .option('--json', 'print one object on stdout')
    .action((name: string, flags: SetFlags) => set(name, flags, io));
}

async function set(name: string, flags: SetFlags, io: CommandIo): Promise<void> {
  const value = flags.keepValue === true ? undefined : await valueOfStdin(io);
  const result = await withSecrets(io, async (secrets) => {
    const actor = commandLineActor();
    const before = (await secrets.list(actor)).secrets.find((secret) => secret.name === name);
    return secrets.set({ name, value, ...settingsOf(flags, before) }, actor);
  });
  io.stdout.write(
    flags.json === true ? `${JSON.stringify({ name, result })}\n` : `Secret ${name} was ${result}.\n`,
  );
  io.exit(EXIT.done);
}

function settingsOf(
  { host, anyHost, connector, anyConnector, note }: SetFlags,
  before: ManagedSecretFacts | undefined,
): Omit<SecretOrder, 'name' | 'value'> {
  return {
    allowedHosts: anyHost === true ? [] : (host ?? before?.allowedHosts ?? []),
    allowedConnectors: anyConnector === true ? [] : (connector ?? before?.allowedConnectors ?? []),
    note: note ?? before?.note ?? '',
  };
}

/**
 * The text of stdin without one trailing line break, which `echo` and editors add.
 * @throws BridgeError USAGE for a terminal, which would show the value, and SECRET_VALUE_INVALID
 */
async function valueOfStdin({ stdin, env }: CommandIo): Promise<string> {
  if (stdin === undefined || stdin.isTTY === true) {
    throw new BridgeError('USAGE', 'The value of a secret is read from stdin, and stdin is a terminal.', {
      hint: 'Pipe the value, for example: gemini-sync-bridge secrets set NAME < FILE',
    });
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    chunks.push(bytes);
    length += bytes.length;
    // The line break at the end does not count.
    if (length > MANAGED_SECRET_BYTES_MAX + 2) {
      throw invalid(
        `has more than ${MANAGED_SECRET_BYTES_MAX} bytes`,
        'Check that stdin has only the secret.',
      );
    }
  }
  const value = textOf(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  env.hideSecret(value);
  return value;
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid('is not valid UTF-8', 'Encode binary values, for example with base64.');
  }
}

function invalid(fault: string, hint: string): BridgeError {
  return new BridgeError('SECRET_VALUE_INVALID', `The value on stdin ${fault}. Nothing was stored.`, {
    hint,
  });
}

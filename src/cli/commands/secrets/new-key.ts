import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import { isManagedKeyId, newKeyEntry } from '../../../core/secrets/managed/key-ring.ts';
import { systemClock } from '../../../core/time/clock.ts';
import type { CommandIo } from '../../command-io.ts';
import { SECRETS_NEW_KEY } from '../../help/commands/secrets.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';

export function newKeyCommand(io: CommandIo): Command {
  return new DocumentedCommand('new-key', SECRETS_NEW_KEY)
    .option('--id <id>', 'id of the key (default: the date and four random digits)', keyId)
    .option('--json', 'print one object on stdout')
    .action(({ id = newKeyId(), json }: { readonly id?: string; readonly json?: true }) => {
      const entry = newKeyEntry(id);
      if (json === true) {
        io.stdout.write(`${JSON.stringify({ id, entry })}\n`);
      } else {
        io.stderr.write(
          `Key ${id}. Keep it in a safe place: without it, the secrets that it encrypts are lost.\n` +
            'Set MANAGED_SECRET_ENCRYPTION_KEY to it; write it before the former keys, separated by a comma.\n',
        );
        io.stdout.write(`${entry}\n`);
      }
      io.exit(EXIT.done);
    });
}

/** Two keys of one day must have different ids. */
function newKeyId(): string {
  return `${systemClock.now().toISOString().slice(0, 10)}-${randomBytes(2).toString('hex')}`;
}

function keyId(text: string): string {
  if (isManagedKeyId(text)) return text;
  throw new InvalidArgumentError(
    'Must be 1 to 32 letters, digits, dots, dashes or underscores, beginning with a letter or digit.',
  );
}

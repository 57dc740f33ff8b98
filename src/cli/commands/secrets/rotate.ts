import type { Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import { amount } from '../../../core/text/count-text.ts';
import { commandLineActor } from '../../command-line-actor.ts';
import type { CommandIo } from '../../command-io.ts';
import { SECRETS_ROTATE } from '../../help/commands/secrets.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { withSecrets } from './open.ts';

export function rotateCommand(io: CommandIo): Command {
  return new DocumentedCommand('rotate', SECRETS_ROTATE)
    .option('--json', 'print one object on stdout')
    .action(async ({ json }: { readonly json?: true }) => {
      const rotated = await withSecrets(io, (secrets) => secrets.rotate(commandLineActor()));
      const key = io.env.managedKeys()?.current.id ?? '';
      io.stdout.write(
        json === true
          ? `${JSON.stringify({ key_id: key, rotated })}\n`
          : `${amount(rotated, 'secret')} encrypted again. Every secret has the key ${key} now.\n`,
      );
      io.exit(EXIT.done);
    });
}

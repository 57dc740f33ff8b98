import type { Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import { commandLineActor } from '../../command-line-actor.ts';
import type { CommandIo } from '../../command-io.ts';
import { SECRETS_DELETE } from '../../help/commands/secrets.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { withSecrets } from './open.ts';

interface DeleteFlags {
  readonly yes?: true;
  readonly json?: true;
}

export function deleteCommand(io: CommandIo): Command {
  return new DocumentedCommand('delete', SECRETS_DELETE)
    .argument('<name>', 'name of the secret')
    .option('--yes', 'delete it even if a definition of CONNECTORS_DIR names it')
    .option('--json', 'print one object on stdout')
    .action(async (name: string, { yes, json }: DeleteFlags) => {
      await withSecrets(io, (secrets) => secrets.delete(name, yes === true, commandLineActor()));
      const text =
        json === true ? JSON.stringify({ name, result: 'deleted' }) : `Secret ${name} was deleted.`;
      io.stdout.write(`${text}\n`);
      io.exit(EXIT.done);
    });
}

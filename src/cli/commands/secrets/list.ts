import type { Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import { commandLineActor } from '../../environment/command-line-actor.ts';
import type { CommandIo } from '../../command-io.ts';
import { SECRETS_LIST } from '../../help/commands/secrets.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { secretsJson, secretsText } from '../../output/lists/secret-list.ts';
import { wrapWidth } from '../../output/wrap.ts';
import { withSecrets } from './open.ts';

export function listCommand(io: CommandIo): Command {
  return new DocumentedCommand('list', SECRETS_LIST)
    .option('--json', 'print one object on stdout')
    .action(async ({ json }: { readonly json?: true }) => {
      const listed = await withSecrets(io, (secrets) => secrets.list(commandLineActor()));
      io.stdout.write(
        json === true
          ? `${JSON.stringify(secretsJson(listed))}\n`
          : secretsText(listed, wrapWidth(io.stdout)),
      );
      io.exit(EXIT.done);
    });
}

import type { Command } from 'commander';
import type { CommandIo } from '../../command-io.ts';
import { SECRETS } from '../../help/commands/secrets.ts';
import { DocumentedCommand, HELP_SUMMARY } from '../../help/documented-command.ts';
import { deleteCommand } from './delete.ts';
import { listCommand } from './list.ts';
import { newKeyCommand } from './new-key.ts';
import { rotateCommand } from './rotate.ts';
import { setCommand } from './set.ts';

/** `secrets`: manages the secrets that are stored in the database. @throws BridgeError SECRET_*, SECRETS_KEY_*, STATE_* */
export function secretsCommand(io: CommandIo): Command {
  const secrets = new DocumentedCommand('secrets', SECRETS).helpCommand('help [command]', HELP_SUMMARY);
  for (const make of [newKeyCommand, setCommand, listCommand, deleteCommand, rotateCommand]) {
    secrets.addCommand(make(io));
  }
  return secrets;
}

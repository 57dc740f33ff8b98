import type { Command } from 'commander';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand, HELP_SUMMARY } from '../../help/documented-command.ts';
import { KB } from '../../help/commands/kb.ts';
import { applyCommand } from './apply.ts';
import { convertCommand } from './convert-embeddings.ts';
import { deleteCommand } from './delete.ts';
import { listCommand } from './list.ts';
import { searchCommand } from './search.ts';
import { syncCommand } from './sync.ts';

/** `kb`: manages knowledge sources. @throws BridgeError of the engine, which determines the exit status */
export function kbCommand(io: CommandIo): Command {
  const kb = new DocumentedCommand('kb', KB).helpCommand('help [command]', HELP_SUMMARY);
  const commands = [applyCommand, listCommand, syncCommand, searchCommand, deleteCommand, convertCommand];
  for (const make of commands) kb.addCommand(make(io));
  return kb;
}

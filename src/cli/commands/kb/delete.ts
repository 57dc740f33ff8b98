import type { Command } from 'commander';
import { BridgeError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exit-status.ts';
import { amount } from '../../../core/text/count-text.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { KB_DELETE } from '../../help/commands/kb.ts';
import { withKnowledge } from './open.ts';

interface DeleteFlags {
  readonly source: string;
  readonly yes?: true;
  readonly json?: true;
}

export function deleteCommand(io: CommandIo): Command {
  return new DocumentedCommand('delete', KB_DELETE)
    .requiredOption('--source <id>', 'id or name of the source, as in `kb list`')
    .option('--yes', 'confirm; without it, nothing is deleted')
    .option('--json', 'print one object on stdout')
    .action((flags: DeleteFlags) => remove(flags, io));
}

async function remove({ source, yes, json }: DeleteFlags, io: CommandIo): Promise<void> {
  const { id, name, title, chunks, documents } = await withKnowledge(io, async (knowledge) => {
    const summary = await knowledge.source(source);
    if (yes !== true) {
      const { chunks, documents } = summary;
      throw new BridgeError(
        'USAGE',
        `This deletes the source ${summary.title} with ${amount(documents, 'document')} and ${amount(chunks, 'chunk')}.`,
        { hint: 'Repeat the command with --yes.' },
      );
    }
    return { ...summary, ...(await knowledge.remove(summary.id)) };
  });
  io.stdout.write(
    json === true
      ? `${JSON.stringify({ id, name, documents, chunks })}\n`
      : `Deleted the source ${title} with ${amount(documents, 'document')} and ${amount(chunks, 'chunk')}.\n`,
  );
  io.exit(EXIT.done);
}

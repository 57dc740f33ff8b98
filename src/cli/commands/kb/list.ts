import type { Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { KB_LIST } from '../../help/commands/kb.ts';
import { styleFor } from '../../output/style.ts';
import { wrapWidth } from '../../output/wrap.ts';
import { withKnowledge } from './open.ts';

export function listCommand(io: CommandIo): Command {
  return new DocumentedCommand('list', KB_LIST)
    .option('--json', 'print one object on stdout')
    .action(async ({ json }: { readonly json?: true }) => {
      const sources = await withKnowledge(io, (knowledge) => knowledge.sources());
      const { sourceJson, sourceTable } = await import('../../output/lists/source-list.ts');
      io.stdout.write(
        json === true
          ? `${JSON.stringify({ sources: sources.map(sourceJson) })}\n`
          : sourceTable(sources, styleFor(io.stdout, io.env.noColor), wrapWidth(io.stdout)),
      );
      io.exit(EXIT.done);
    });
}

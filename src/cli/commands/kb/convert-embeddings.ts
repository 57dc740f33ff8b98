import type { Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import { amount, count } from '../../../core/text/count-text.ts';
import type { Conversion } from '../../../knowledge/convert-embeddings.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { KB_CONVERT } from '../../help/commands/kb.ts';

export function convertCommand(io: CommandIo): Command {
  return new DocumentedCommand('convert-embeddings', KB_CONVERT)
    .option('--json', 'print one object on stdout')
    .action((flags: { readonly json?: true }) => convert(flags, io));
}

async function convert({ json }: { readonly json?: true }, io: CommandIo): Promise<void> {
  const { convertKnowledge } = await import('../../../app/knowledge/convert-knowledge.ts');
  const { withSignals } = await import('../../../app/run/process/process-signals.ts');
  const progress = (chunks: number) => {
    if (json !== true && io.stderr.isTTY === true) io.stderr.write(`converted ${amount(chunks, 'chunk')}\n`);
  };
  const { databaseUrl } = io.env;
  const conversion = await withSignals(
    (signal) => convertKnowledge({ databaseUrl, cwd: io.cwd }, progress, signal),
    { process },
  );
  io.stdout.write(json === true ? `${JSON.stringify(conversion)}\n` : conversionText(conversion));
  io.exit(EXIT.done);
}

function conversionText({ converted, chunks, unreadable }: Conversion): string {
  if (!converted) return 'Nothing to do: embeddings are already stored as vectors of pgvector.\n';
  const lost =
    unreadable === 0
      ? ''
      : `${count(unreadable)} of them had no valid vector; the next pass of their source embeds them again.\n`;
  return `Converted ${amount(chunks, 'chunk')} to vector(1536). Restart servers that use this database.\n${lost}`;
}

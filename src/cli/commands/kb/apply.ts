import type { Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import type { KnowledgeSource } from '../../../definitions/knowledge-source/types.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { KB_APPLY } from '../../help/commands/kb.ts';
import { aligned } from '../../output/table.ts';
import { withKnowledge } from './open.ts';

export function applyCommand(io: CommandIo): Command {
  return new DocumentedCommand('apply', KB_APPLY)
    .argument('<path...>', 'files of kind KnowledgeSource')
    .option('--json', 'print one object on stdout')
    .action((paths: string[], flags: { readonly json?: true }) => apply(paths, flags, io));
}

async function apply(paths: readonly string[], { json }: { readonly json?: true }, io: CommandIo) {
  const { loadKnowledgeSourceUnderPolicy } = await import('../../../app/catalog/policy.ts');
  const place = { policyFile: io.env.policyFile, cwd: io.cwd };
  const definitions: KnowledgeSource[] = [];
  for (const path of paths) definitions.push(await loadKnowledgeSourceUnderPolicy(path, place));
  const sources = await withKnowledge(io, async (knowledge) => {
    const applied = [];
    for (const definition of definitions) {
      applied.push({ name: definition.metadata.name, ...(await knowledge.apply(definition)) });
    }
    return applied;
  });
  io.stdout.write(
    json === true
      ? `${JSON.stringify({ sources: sources.map(({ name, id, action }) => ({ name, id, action })) })}\n`
      : `${aligned(sources.map(({ name, id, action }) => [action, name, id])).join('\n')}\n`,
  );
  io.exit(EXIT.done);
}

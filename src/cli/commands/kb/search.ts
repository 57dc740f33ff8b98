import { InvalidArgumentError, type Command } from 'commander';
import { EXIT } from '../../../core/exit-status.ts';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand } from '../../help/documented-command.ts';
import { KB_SEARCH } from '../../help/commands/kb.ts';
import { SEARCH_RESULTS_DEFAULT } from '../../limits.ts';
import { styleFor } from '../../output/style.ts';
import { wrapWidth } from '../../output/wrap.ts';
import { withKnowledge } from './open.ts';

interface SearchFlags {
  readonly tenant: string;
  readonly role: readonly string[];
  readonly limit: number;
  readonly json?: true;
}

export function searchCommand(io: CommandIo): Command {
  return new DocumentedCommand('search', KB_SEARCH)
    .argument('<text>', 'words to search for')
    .requiredOption('--tenant <id>', 'tenant of the reader')
    .requiredOption('--role <role>', 'role of the reader; may be repeated', withRole)
    .option('--limit <n>', 'the most results', resultCount, SEARCH_RESULTS_DEFAULT)
    .option('--json', 'print one object on stdout')
    .action((text: string, flags: SearchFlags) => search(text, flags, io));
}

async function search(text: string, { tenant, role, limit, json }: SearchFlags, io: CommandIo) {
  const { withSignals } = await import('../../../app/run/process/process-signals.ts');
  const result = await withSignals(
    (signal) =>
      withKnowledge(io, (knowledge) =>
        knowledge.search({ tenantId: tenant, roles: role, text, limit }, signal),
      ),
    { process },
  );
  const { searchJson, searchText } = await import('../../output/lists/search-text.ts');
  io.stdout.write(
    json === true
      ? `${JSON.stringify(searchJson(result))}\n`
      : searchText(result, styleFor(io.stdout, io.env.noColor), wrapWidth(io.stdout)),
  );
  io.exit(EXIT.done);
}

function withRole(role: string, roles: readonly string[] = []): readonly string[] {
  if (role === '') throw new InvalidArgumentError('Must be the name of a role.');
  return [...roles, role];
}

function resultCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Must be a whole number from 1.');
}

import type { Command } from 'commander';
import type { CommandIo } from '../../command-io.ts';
import { DocumentedCommand, HELP_SUMMARY } from '../../help/documented-command.ts';
import { GENERATE } from '../../help/commands/generate/generate.ts';
import { kestraCommand } from './kestra.ts';
import { helmValuesCommand } from './helm-values.ts';
import { pgCronCommand } from './pg-cron.ts';

/** `generate`: writes what schedulers need, from the definitions. */
export function generateCommand(io: CommandIo): Command {
  const generate = new DocumentedCommand('generate', GENERATE).helpCommand('help [command]', HELP_SUMMARY);
  generate.addCommand(kestraCommand(io));
  generate.addCommand(helmValuesCommand(io));
  generate.addCommand(pgCronCommand(io));
  return generate;
}

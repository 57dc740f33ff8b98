import { EVERY_COMMAND, type Documentation } from '../documentation.ts';
import { HELM_VALUES_EXAMPLE } from './helm-values.ts';
import { PG_CRON_EXAMPLE } from './pg-cron.ts';

export const GENERATE: Documentation = {
  summary: 'generate files for other programs',
  description: ['Generates files for other programs from the definitions.'],
  exits: EVERY_COMMAND,
  examples: [HELM_VALUES_EXAMPLE, PG_CRON_EXAMPLE],
};

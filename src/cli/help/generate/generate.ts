import { EVERY_COMMAND, type Documentation } from '../documentation.ts';
import { PG_CRON_EXAMPLE } from './pg-cron.ts';

export const GENERATE: Documentation = {
  summary: 'generate files for other programs',
  description: ['Generates files for other programs from the definitions, on stdout.'],
  exits: EVERY_COMMAND,
  examples: [PG_CRON_EXAMPLE],
};

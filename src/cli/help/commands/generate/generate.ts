import { EVERY_COMMAND, type Documentation } from '../../documentation.ts';
import { HELM_VALUES_EXAMPLE } from './helm-values.ts';
import { KESTRA_EXAMPLE } from './kestra.ts';
import { PG_CRON_EXAMPLE } from './pg-cron.ts';

export const GENERATE: Documentation = {
  summary: 'generate files for other programs',
  description: [
    'Generates what schedulers need from the definitions: flows of Kestra, schedules of the Helm chart, and SQL for pg_cron on stdout.',
  ],
  exits: {
    ...EVERY_COMMAND,
    badData: 'a generated file was changed by hand, or with --check differs from its definition',
  },
  examples: [KESTRA_EXAMPLE, HELM_VALUES_EXAMPLE, PG_CRON_EXAMPLE],
};

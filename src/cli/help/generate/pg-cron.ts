import { EVERY_COMMAND, type Documentation } from '../documentation.ts';

export const PG_CRON_EXAMPLE = {
  about: 'Schedule the syncs of all apps of CONNECTORS_DIR',
  command: ['gemini-sync-bridge generate pg-cron | psql --set ON_ERROR_STOP=1 "$DATABASE_URL"'],
};

export const GENERATE_PG_CRON: Documentation = {
  summary: 'generate SQL that schedules syncs with pg_cron',
  description: [
    'Writes SQL for the database of DATABASE_URL, which needs the extension pg_cron: one job for each App with a schedule. A job inserts a row into sync_requests, and serve or sync --queued does the sync. The database gets no key and makes no request.',
    'Jobs of apps that are not among the files are removed, so pass all apps at once. pg_cron reads times as GMT.',
  ],
  exits: { ...EVERY_COMMAND, configuration: 'a definition or the environment is wrong' },
  examples: [PG_CRON_EXAMPLE],
};

import { EVERY_COMMAND, type Documentation } from '../../documentation.ts';

export const PG_CRON_EXAMPLE = {
  about: 'Schedule the runs of all definitions of CONNECTORS_DIR',
  command: ['gemini-sync-bridge generate pg-cron | psql --set ON_ERROR_STOP=1 "$DATABASE_URL"'],
};

export const GENERATE_PG_CRON: Documentation = {
  summary: 'generate SQL that schedules runs with pg_cron',
  description: [
    'Writes SQL for the database of DATABASE_URL, which needs the extension pg_cron: one job for each definition that has a schedule and is not paused, and one that removes old rows. A job inserts a row into run_requests, or sync_requests for an App, and worker executes the run. The database gets no key and makes no request.',
    'Jobs of definitions that are not among the files are removed, so pass all of them at once. pg_cron reads times as GMT, so a definition with another time zone is refused.',
  ],
  exits: {
    ...EVERY_COMMAND,
    configuration: 'a definition or the environment is wrong, or pg_cron cannot read a schedule',
  },
  examples: [
    PG_CRON_EXAMPLE,
    {
      about: 'Schedule only apps, where Kestra runs the connectors',
      command: ['gemini-sync-bridge generate pg-cron --kind App > pg-cron.sql'],
    },
  ],
};

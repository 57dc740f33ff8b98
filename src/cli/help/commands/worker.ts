import { DATABASE_COMMAND, type Documentation } from '../documentation.ts';

export const WORKER: Documentation = {
  summary: 'execute the runs that pg_cron or another program requested',
  description: [
    'Takes requests from the tables run_requests and sync_requests of the state database, where the jobs of generate pg-cron put them, and executes each in a child process: run for a connector, kb sync for a knowledge source, sync for apps. Several workers can share the queue; each request is executed by one of them. Names in requests are looked up in CONNECTORS_DIR.',
    'A run that ends with exit status 75, or that a signal ended, is retried with the same run id, after 30 seconds at first and at most 15 minutes later, 9 times in all. Another exit status is not retried. The request keeps the exit status and the error of the last attempt. If a worker is killed, another one takes over its request after 120 seconds, with the same run id.',
    'It works until SIGTERM or SIGINT, which it passes on to its child processes; it waits for them, and their requests can be taken by another worker at once.',
  ],
  exits: {
    ...DATABASE_COMMAND,
    done: 'stopped by a signal after all child processes had ended; with --once, no request waits any more, whatever the results of the runs were',
    interrupted: 'stopped by SIGINT, and a child process did not end in time',
    terminated: 'stopped by SIGTERM, and a child process did not end in time',
  },
  examples: [
    { about: 'Execute requests until SIGTERM', command: ['gemini-sync-bridge worker'] },
    {
      about: 'Execute the requests that wait now, such as from a cron job',
      command: ['gemini-sync-bridge worker --once'],
    },
  ],
};

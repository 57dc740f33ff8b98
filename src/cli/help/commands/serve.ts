import { DATABASE_COMMAND, type Documentation } from '../documentation.ts';

export const SERVE: Documentation = {
  summary: 'start the HTTP server: push API, Ops pages, metrics',
  description: [
    'Serves the push API, the Ops pages and metrics. It never runs connectors in its own process.',
    'A server without keys accepts requests from this machine only. If other machines can reach it, it creates an admin key at its first start and prints it to stderr once. See also: keys --help',
  ],
  exits: {
    ...DATABASE_COMMAND,
    done: 'stopped by SIGTERM or SIGINT, after the requests in flight were answered',
    configuration:
      'the environment or the policy is wrong, the port is taken, or the schema is not up to date',
  },
  examples: [
    {
      about: 'Accept requests from other machines',
      command: ['gemini-sync-bridge serve --host 0.0.0.0 --port 8080'],
    },
  ],
};

import { EXIT_NAMES } from '../../../core/exit-status.ts';
import { generalExits, type Documentation } from '../documentation.ts';

export const SYNC: Documentation = {
  summary: 'sync the entities of an app into the database',
  description: [
    'Reads the collections of an app from its API and stores their entities in the database. The first sync of a collection is a full one; later ones read what changed. A full sync also deletes entities that the API no longer lists, unless there are suspiciously many. A sync can be killed and repeated at any time.',
    'With --run-id, a sync can be started again without doing its work twice: after it has ended, the recorded result is printed.',
    'With --queued it works on the requests that wait in the table sync_requests, where pg_cron or the server put them, and ends when there are none.',
  ],
  exits: {
    ...generalExits(...EXIT_NAMES),
    partial: 'some records or collections could not be synced; everything else was stored',
    tryAgain:
      'try again later: network, a rate limit (the message has the time), or another sync of this app is in progress',
    configuration: 'an app, a secret or the environment is wrong',
  },
  examples: [
    {
      about: 'Sync what changed in an app of CONNECTORS_DIR',
      command: ['gemini-sync-bridge sync --app crm'],
    },
    {
      about: 'See what a full sync of one collection would change',
      command: ['gemini-sync-bridge sync --app crm --collection contacts --full --dry-run'],
    },
    {
      about: 'Release held deletes, if they are no more than 600',
      command: ['gemini-sync-bridge sync --app crm --full --allow-deletes 600'],
    },
    { about: 'Work on the requests that wait', command: ['gemini-sync-bridge sync --queued'] },
  ],
};

import { DATABASE_COMMAND, type Documentation } from '../documentation.ts';

export const MIGRATE: Documentation = {
  summary: 'create or upgrade the schema of the state database',
  description: [
    'Creates or upgrades the schema of the state database (DATABASE_URL, or .gemini-sync-bridge/state.db). Safe to repeat.',
  ],
  exits: {
    ...DATABASE_COMMAND,
    done: 'the schema is up to date',
    configuration: 'the environment is wrong, or the schema is newer than this program',
  },
  examples: [
    {
      about: 'Prepare a Postgres database, once and after each upgrade',
      command: ['DATABASE_URL=postgres://bridge@db.example.com/bridge \\', '  gemini-sync-bridge migrate'],
    },
  ],
};

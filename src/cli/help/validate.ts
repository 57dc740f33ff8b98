import { EVERY_COMMAND, type Documentation } from './documentation.ts';

export const VALIDATE: Documentation = {
  summary: 'check connector files without connecting to anything',
  description: [
    'Checks connector files and reports all problems of all files at once, each with its line and a fix. Connects to nothing.',
  ],
  exits: {
    ...EVERY_COMMAND,
    done: 'every connector is valid; there may be warnings',
    configuration: 'at least one connector, the policy or the environment is wrong',
  },
  examples: [
    { about: 'Check one file', command: ['gemini-sync-bridge validate connectors/hr-employees.yaml'] },
    {
      about: 'Annotate a pull request on GitHub',
      command: ['gemini-sync-bridge validate connectors --format github'],
    },
  ],
};

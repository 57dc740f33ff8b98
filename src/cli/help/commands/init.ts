import { EVERY_COMMAND, type Documentation } from '../documentation.ts';

export const INIT: Documentation = {
  summary: 'make a repository of connectors',
  description: [
    'Writes the files of a repository of connectors into a folder: an example connector, package.json that pins this program, a workflow that checks each pull request, editor settings, what the scheduler needs, and a README.md that explains each file. It asks nothing and connects to nothing.',
    'It never changes or removes a file. If a file exists with other content, it writes nothing, unless --force is given.',
  ],
  exits: {
    ...EVERY_COMMAND,
    done: 'the files were written, or were already there',
    permission: 'the folder cannot be written',
    configuration: 'files exist with other content, and nothing was written; or the environment is wrong',
  },
  examples: [
    {
      about: 'Make a repository for a table in Postgres and for Kestra',
      command: ['gemini-sync-bridge init acme-connectors'],
    },
    {
      about: 'Make one for an HTTP API and for CronJobs of Kubernetes',
      command: ['gemini-sync-bridge init acme-connectors --source http --schedule helm'],
    },
  ],
};

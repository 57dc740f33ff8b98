import { EVERY_COMMAND, generalExits, type Documentation } from '../documentation.ts';

export const VALIDATE: Documentation = {
  summary: 'check files of connectors, knowledge sources and apps',
  description: [
    'Checks the files of connectors, knowledge sources and apps, and reports all problems of all files at once, each with its line and a fix. Connects to nothing, except with --try.',
    'With --try, it requests the first pages of the API of one connector and shows the requests, the responses and the first rows, without secrets. It writes nothing, and the next run is not affected.',
  ],
  exits: {
    ...EVERY_COMMAND,
    ...generalExits('badData', 'permission', 'interrupted', 'terminated'),
    done: 'every file is valid, or the API returned pages; there may be warnings',
    badData: 'with --try: the records of the API are not usable',
    unavailable: 'with --try: the API refuses',
    tryAgain: 'with --try: try again later, because of the network or a rate limit',
    permission: 'with --try: the policy or the credentials do not permit this',
    configuration: 'at least one file, the policy, a secret or the environment is wrong',
  },
  examples: [
    { about: 'Check one file', command: ['gemini-sync-bridge validate connectors/hr-employees.yaml'] },
    {
      about: 'Annotate a pull request on GitHub',
      command: ['gemini-sync-bridge validate connectors --format github'],
    },
    {
      about: 'See what a preset fills in',
      command: ['gemini-sync-bridge validate --explain connectors/jira.yaml'],
    },
    {
      about: 'See what an API returns',
      command: ['SECRET_KB_API_TOKEN=… \\', '  gemini-sync-bridge validate --try connectors/kb-rest.yaml'],
    },
  ],
};

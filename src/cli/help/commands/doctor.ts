import { EVERY_COMMAND, generalExits, type Documentation } from '../documentation.ts';

export const DOCTOR: Documentation = {
  summary: 'check everything that a run needs and suggest fixes',
  description: [
    'Checks what a run needs (credentials, source, data store, bucket, permissions, state) and suggests a fix for each problem. Writes nothing.',
    'With --fix-commands, stdout is a shell script with one commented block for each thing that is missing in Google Cloud (API, bucket, data store, permissions), or empty; read it before you run it.',
    'Without --connector, it checks only what all connectors share. The first failure in the list decides the exit status.',
  ],
  exits: {
    ...EVERY_COMMAND,
    ...generalExits('badData', 'unavailable', 'permission', 'interrupted', 'terminated'),
    done: 'nothing failed; there may be warnings',
    badData: 'the data of the source is not usable, such as a file that is not what its connector says',
    tryAgain: 'try again later: network, or a quota',
  },
  examples: [
    {
      about: 'Check everything that a connector needs',
      command: ['gemini-sync-bridge doctor --connector connectors/hr-employees.yaml'],
    },
    {
      about: 'Write the commands that create what is missing to a file',
      command: [
        'gemini-sync-bridge doctor --connector connectors/hr-employees.yaml \\',
        '  --fix-commands > fix.sh',
      ],
    },
  ],
};

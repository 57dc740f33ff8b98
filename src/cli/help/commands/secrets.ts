import { DATABASE_COMMAND, type Documentation, EVERY_COMMAND, type ExitTexts } from '../documentation.ts';

const CONFIGURATION =
  'the keys or another part of the environment are wrong, or the schema of the state database is missing, out of date, or newer than this program';
const EXITS: ExitTexts = { ...DATABASE_COMMAND, configuration: CONFIGURATION };
const NAMES_A_SECRET: ExitTexts = {
  ...EXITS,
  usage: 'the command line is wrong, the secret does not exist, or a definition names it',
};

const LIST_EXAMPLE = { about: 'List all secrets', command: ['gemini-sync-bridge secrets list'] };

export const SECRETS: Documentation = {
  summary: 'store secrets encrypted in the state database',
  description: [
    'Stores the secrets of connectors, knowledge sources and apps in the state database, encrypted with the keys of MANAGED_SECRET_ENCRYPTION_KEY. Values can be set, and are never shown.',
  ],
  exits: NAMES_A_SECRET,
  examples: [LIST_EXAMPLE],
};

export const SECRETS_NEW_KEY: Documentation = {
  summary: 'print a new key for MANAGED_SECRET_ENCRYPTION_KEY',
  description: [
    'Prints a random key with its id, on its own line of stdout. It is stored nowhere: without it, the secrets that it encrypts are lost.',
  ],
  exits: EVERY_COMMAND,
  examples: [
    {
      about: 'Make a key in a file',
      command: ['gemini-sync-bridge secrets new-key --id 2026a > secrets.key'],
    },
  ],
};

export const SECRETS_SET: Documentation = {
  summary: 'store a secret, whose value is read from stdin',
  description: [
    'Stores the value of stdin, without a line break at its end, under a name; a definition with that name in secretRef uses it from its next run on. Settings that are left out stay as they were.',
    'A change of the hosts needs the value again, so that a value cannot be redirected by a person who does not know it.',
  ],
  exits: {
    ...EXITS,
    usage: 'the command line, or the value on stdin, is wrong',
  },
  examples: [
    {
      about: 'Store a token that only one connector may send, to one host',
      command: [
        'gemini-sync-bridge secrets set tickets-api --host api.example.com \\',
        '  --connector tickets --note "owner: support" < token.txt',
      ],
    },
  ],
};

export const SECRETS_LIST: Documentation = {
  summary: 'list all secrets and keys without values',
  description: [
    'Lists all secrets by name, and the state of each key. No secret is decrypted, so this also works without a key and with a wrong one.',
  ],
  exits: EXITS,
  examples: [
    LIST_EXAMPLE,
    { about: 'List them for a program', command: ['gemini-sync-bridge secrets list --json'] },
  ],
};

export const SECRETS_DELETE: Documentation = {
  summary: 'delete a secret',
  description: [
    'Deletes a secret. If a definition of CONNECTORS_DIR names it, nothing is deleted without --yes: that definition would then use its environment variable, or fail.',
  ],
  exits: NAMES_A_SECRET,
  examples: [{ about: 'Delete a secret', command: ['gemini-sync-bridge secrets delete tickets-api'] }],
};

export const SECRETS_ROTATE: Documentation = {
  summary: 'encrypt every secret with the first key',
  description: [
    'Encrypts every secret with the first key of MANAGED_SECRET_ENCRYPTION_KEY, in one transaction: if one of them cannot be read, nothing is changed. Safe to repeat. Backups of the database still need the former keys.',
  ],
  exits: EXITS,
  examples: [
    { about: 'Encrypt every secret with the first key', command: ['gemini-sync-bridge secrets rotate'] },
  ],
};

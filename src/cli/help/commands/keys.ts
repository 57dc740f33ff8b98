import { DATABASE_COMMAND, type Documentation, type ExitTexts } from '../documentation.ts';

const EXITS: ExitTexts = DATABASE_COMMAND;
const NAMES_A_KEY: ExitTexts = { ...EXITS, usage: 'the command line is wrong, or the key does not exist' };

const LIST_EXAMPLE = { about: 'List all keys', command: ['gemini-sync-bridge keys list'] };

export const KEYS: Documentation = {
  summary: 'create, list and revoke API keys of the server',
  description: ['Creates, lists and revokes the API keys of the server.'],
  exits: NAMES_A_KEY,
  examples: [LIST_EXAMPLE],
};

export const KEYS_CREATE: Documentation = {
  summary: 'create a key and print it once',
  description: ['Creates a key. It is printed once, on its own line of stdout; only its hash is stored.'],
  exits: EXITS,
  examples: [
    {
      about: 'Create a key that may push to one connector, for a year',
      command: [
        'gemini-sync-bridge keys create --name ticket-system --right push \\',
        '  --connector support-push --expires-days 365',
      ],
    },
  ],
};

export const KEYS_LIST: Documentation = {
  summary: 'list all keys without their secrets',
  description: ['Lists all keys, newest first. Secrets are never shown.'],
  exits: EXITS,
  examples: [
    LIST_EXAMPLE,
    { about: 'List them for a program', command: ['gemini-sync-bridge keys list --json'] },
  ],
};

export const KEYS_REVOKE: Documentation = {
  summary: 'revoke a key and its sessions',
  description: ['Revokes a key and its sessions permanently. Safe to repeat.'],
  exits: NAMES_A_KEY,
  examples: [{ about: 'Revoke a key by its id', command: ['gemini-sync-bridge keys revoke 0f3a5c7e9b1d'] }],
};

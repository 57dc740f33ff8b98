import { EXIT_NAMES } from '../../core/exit-status.ts';
import { generalExits, type Documentation } from './documentation.ts';

export const PROGRAM: Documentation = {
  summary: 'keep Gemini Enterprise in step with SQL tables, APIs and files',
  description: ['Keeps Gemini Enterprise in step with SQL tables, APIs, files and pushed events.'],
  exits: generalExits(...EXIT_NAMES),
  examples: [
    {
      about: 'Check a connector file',
      command: ['gemini-sync-bridge validate connectors/hr-employees.yaml'],
    },
    {
      about: 'Show the help of one command',
      command: ['gemini-sync-bridge run --help'],
    },
  ],
};

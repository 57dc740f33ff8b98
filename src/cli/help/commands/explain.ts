import { DATABASE_COMMAND, generalExits, type Documentation } from '../documentation.ts';

export const EXPLAIN: Documentation = {
  summary: 'show the status of one document, and why',
  description: [
    'Shows the status of one document: when a run last saw it, which run sent it, which operation acknowledged it, who may read it, or why it is absent. Reads the state and the artifacts. Writes nothing, and contacts neither Gemini Enterprise nor the source.',
  ],
  exits: {
    ...DATABASE_COMMAND,
    ...generalExits('permission'),
    done: 'the document is in the index, according to its last acknowledgement',
    usage: 'the command line is wrong, or the id does not belong to this connector',
    partial: 'the document is not in the index, or it is not known whether it is',
    configuration: 'the connector or the environment is wrong, or the state has no current schema',
  },
  examples: [
    {
      about: 'Show the document of one row, by its key in the source',
      command: ['gemini-sync-bridge explain --connector connectors/hr-employees.yaml \\', '  --doc 4711'],
    },
    {
      about: 'Show the same document, by its whole id',
      command: [
        'gemini-sync-bridge explain --connector connectors/hr-employees.yaml \\',
        '  --doc hr-employees:4711',
      ],
    },
  ],
};

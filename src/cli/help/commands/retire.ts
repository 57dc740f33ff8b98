import { generalExits, type Documentation } from '../documentation.ts';

export const RETIRE: Documentation = {
  summary: 'delete every document of one connector from its data store',
  description: [
    'Deletes every document of a connector from its data store, before the connector is removed. Without --allow-deletes it only reports how many there are, and ends with 3. With --allow-deletes it deletes them if that is their exact number in the state; otherwise it deletes none, reports the right number, and ends with 3.',
    'The source is not opened, so its server may be gone and its secret need not be set. The delete policy of the connector does not matter: documents that it keeps are deleted too. The deletes are a run of the connector: it can be killed at any time, and the next retire or run finishes it. A later run of the connector sends every document again, so pause its schedule first.',
    'It is refused while pushed events of the connector wait for a run, because they may be the only copy of their documents, and while another file of CONNECTORS_DIR defines a connector with the same name and target.',
  ],
  exits: {
    ...generalExits(
      'done',
      'bug',
      'usage',
      'partial',
      'badData',
      'unavailable',
      'tryAgain',
      'permission',
      'configuration',
      'interrupted',
      'terminated',
    ),
    held: 'nothing was deleted, because --allow-deletes is not the exact number of documents',
    partial: 'some deletes were rejected; everything else was deleted',
  },
  examples: [
    {
      about: 'Show how many documents a connector has',
      command: ['gemini-sync-bridge retire --connector connectors/hr-employees.yaml'],
    },
    {
      about: 'Delete all of its 1,204 documents',
      command: [
        'gemini-sync-bridge retire --connector connectors/hr-employees.yaml \\',
        '  --allow-deletes 1204',
      ],
    },
  ],
};

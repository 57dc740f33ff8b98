import { EXIT_NAMES } from '../../../core/exit-status.ts';
import { generalExits, type Documentation } from '../documentation.ts';

export const RUN: Documentation = {
  summary: 'run one connector once',
  description: [
    'Runs one connector once: reads the source, finds what changed, writes the changes as artifacts, and delivers them to the data store. Nothing counts as delivered before the data store has acknowledged it, so a run can be killed and repeated at any time.',
    'A run with --dry-run ends with 0 even if a run would hold deletes or quarantine rows; with --detailed-exit-code it ends with 3 or 4, as the run would.',
  ],
  exits: generalExits(...EXIT_NAMES),
  examples: [
    {
      about: 'Run a connector without a cloud',
      command: [
        'SECRET_HR_DB_CREDENTIALS=postgres://reader:…@db/hr \\',
        '  gemini-sync-bridge run --connector connectors/hr-employees.yaml --local',
      ],
    },
    {
      about: 'See how the first rows become documents, without sending them',
      command: [
        'gemini-sync-bridge run --connector connectors/hr-employees.yaml \\',
        '  --dry-run --sample 3',
      ],
    },
    {
      about: 'Fail a pipeline if a run would hold deletes or quarantine rows',
      command: [
        'gemini-sync-bridge run --connector connectors/hr-employees.yaml \\',
        '  --dry-run --detailed-exit-code',
      ],
    },
    {
      about: 'Release held deletes, if they are no more than 600',
      command: [
        'gemini-sync-bridge run --connector connectors/hr-employees.yaml \\',
        '  --allow-deletes 600',
      ],
    },
  ],
};

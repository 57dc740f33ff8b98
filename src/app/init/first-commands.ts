/** The commands that a user runs first in a new repository. */
export const FIRST_COMMANDS = [
  { command: 'npm install', about: 'install the program, and write package-lock.json' },
  { command: 'npm run validate', about: 'check the connector' },
  {
    command: 'npm run bridge -- run --connector connectors/documents.yaml --local',
    about: 'run it without Google Cloud; this needs the variables of .env.example',
  },
] as const;

import { EVERY_COMMAND, type Documentation } from '../../documentation.ts';

export const KESTRA_EXAMPLE = {
  about: 'Write the Kestra flows of all definitions',
  command: ['gemini-sync-bridge generate kestra'],
};

export const GENERATE_KESTRA: Documentation = {
  summary: 'generate a Kestra flow for each definition',
  description: [
    'Writes connectors/NAME.yaml in the folder of --out for each connector, knowledge source and app: a flow that calls the flow run_definition, by its schedule and by hand. A definition without a schedule gets a flow without a trigger.',
    'Flows of definitions that no longer exist are removed. A flow that was changed by hand, or that was not generated, is reported, and then nothing is written. With --check, nothing is written in any case.',
  ],
  exits: {
    ...EVERY_COMMAND,
    done: 'the flows were written; with --check: all are current',
    badData: 'a flow was changed by hand; with --check: a flow is missing, out of date or no longer needed',
    configuration:
      'a definition is not valid, Kestra does not support its schedule or its name, or the environment is wrong',
  },
  examples: [
    KESTRA_EXAMPLE,
    {
      about: 'Check in CI that they are current',
      command: ['gemini-sync-bridge generate kestra --check --format github'],
    },
  ],
};

import { EVERY_COMMAND, type Documentation } from '../../documentation.ts';

export const HELM_VALUES_EXAMPLE = {
  about: 'Schedule all definitions of CONNECTORS_DIR on Kubernetes',
  command: ['gemini-sync-bridge generate helm-values --values values.yaml'],
};

export const GENERATE_HELM_VALUES: Documentation = {
  summary: 'keep scheduleJobs of Helm values in step',
  description: [
    'Edits the list scheduleJobs in a values file of the Helm chart, so that it has one entry for each definition with a schedule. Everything else in the file stays as it is: comments, the order, other values, and keys that you added to an entry. An entry with generated: false is yours and is never changed.',
    'An entry is found by its name, which is the name of its definition and of the CronJob, so the name may have at most 52 characters. A paused definition gets enabled: false. Entries without a definition are removed, so pass all definitions at once.',
    'The paths in the entries are relative to the working directory. In the containers, that is /workspace.',
  ],
  exits: {
    ...EVERY_COMMAND,
    badData: 'with --check: the file differs from the definitions',
    configuration: 'a definition, the values file or the environment is wrong',
  },
  examples: [
    HELM_VALUES_EXAMPLE,
    {
      about: 'Fail a pull request whose values do not fit its definitions',
      command: ['gemini-sync-bridge generate helm-values --values values.yaml --check --format github'],
    },
  ],
};

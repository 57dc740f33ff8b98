import { EVERY_COMMAND, generalExits, type Documentation } from '../documentation.ts';

export const CHECK_DRIFT: Documentation = {
  summary: 'report drift in state schema, generated files, docs, columns and data stores',
  description: [
    'Compares the state schema, generated files, documentation, source columns and data stores with what definitions and this program expect, and suggests fixes. Writes nothing without --repair.',
    'The comparison `state` compares the schema of the state store with what `migrate` would apply. `kestra` and `helm` compare flows and Helm values with the definitions. `docs` parses the command lines in Markdown with the commands of this program, `examples` validates whole definitions in it, and `references` is for a checkout of this program. With --live, `columns` compares the columns of each source with the mapping and with those of the last run, and `data-store` compares the access control and content configuration of each data store with its connector; `records` compares the records of each connector with the documents that its data store lists.',
    'With --repair, each connector whose records differ gets a run of its own: the next run sends missing documents again, and documents that no record knows are deleted if --allow-deletes permits that many.',
    'Where several comparisons failed, the worst exit status counts: 78, 77, 69, 65, 75 in this order.',
  ],
  exits: {
    ...EVERY_COMMAND,
    ...generalExits('unavailable', 'permission', 'interrupted', 'terminated'),
    done: 'no drift; there may be warnings',
    badData:
      'drift was found, even if something else failed; or a file of a source does not match its connector',
    held: 'after --repair: documents that no record knows were not deleted, because --allow-deletes permits fewer',
    tryAgain: 'try again later: network, a quota, or a run of the connector in progress',
  },
  examples: [
    {
      about: 'Annotate a pull request whose pages name removed options',
      command: ['gemini-sync-bridge check-drift --only docs,examples --format github'],
    },
    {
      about: 'Compare columns and data stores with what the connectors expect',
      command: ['gemini-sync-bridge check-drift --live --only columns,data-store'],
    },
    {
      about: 'Repair the records of all connectors, and delete nothing',
      command: ['gemini-sync-bridge check-drift --live --only records --repair'],
    },
  ],
};

import type { Comparer } from './comparer.ts';

/**
 * All comparers, in the order of the report. The code of a comparison is loaded only when it runs, because the help and the
 * parsing of the command line need only the names.
 */
export const COMPARERS: readonly Comparer[] = [
  {
    name: 'state',
    about: 'the schema of the state store, with what `migrate` would apply',
    live: false,
    compare: async (...given) => (await import('./state.ts')).stateComparer.compare(...given),
  },
  {
    name: 'kestra',
    about: 'the flows of Kestra, with what `generate kestra` writes for the definitions',
    live: false,
    compare: async (...given) => (await import('./schedules.ts')).kestraComparer.compare(...given),
  },
  {
    name: 'helm',
    about: 'the schedules in the Helm values, with those of the definitions',
    live: false,
    compare: async (...given) => (await import('./schedules.ts')).helmComparer.compare(...given),
  },
  {
    name: 'docs',
    about: 'the command lines and variables in Markdown, with those of this program',
    live: false,
    compare: async (...given) => (await import('./docs/docs.ts')).docsComparer.compare(...given),
  },
  {
    name: 'examples',
    about: 'the definitions in Markdown, with the schemas and rules of this version',
    live: false,
    compare: async (...given) => (await import('./docs/examples.ts')).examplesComparer.compare(...given),
  },
  {
    name: 'references',
    about: 'the generated pages and the OpenAPI document, in a checkout of this program',
    live: false,
    compare: async (...given) => (await import('./references.ts')).referencesComparer.compare(...given),
  },
  {
    name: 'columns',
    about: 'the columns of each source, with the mapping and with those of the last run',
    live: true,
    compare: async (...given) => (await import('./columns.ts')).columnsComparer.compare(...given),
  },
  {
    name: 'data-store',
    about:
      'the data store of each connector: whether it is there, with the access control and content it needs',
    live: true,
    compare: async (...given) => (await import('./data-store.ts')).dataStoreComparer.compare(...given),
  },
  {
    name: 'records',
    about: 'the records of each connector, with the documents that its data store lists',
    live: true,
    compare: async (...given) => (await import('./records/records.ts')).recordsComparer.compare(...given),
  },
];

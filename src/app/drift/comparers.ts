import type { Comparer } from './comparer.ts';

/**
 * All that can be compared, in the order of the report. A comparison is loaded when it is made, because the help and the check
 * of the command line need the names alone.
 */
export const COMPARERS: readonly Comparer[] = [
  {
    name: 'state',
    about: 'the schema of the state store, with what `migrate` would apply',
    live: false,
    compare: async (...given) => (await import('./state.ts')).stateComparer.compare(...given),
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
];

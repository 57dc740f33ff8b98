import type { DefinitionWords } from '../../rest/definition-words.ts';

/** The names of a connector's fields in messages about a listing. */
export const CONNECTOR_WORDS: DefinitionWords = {
  at: (field) => `source.${field}`,
  host: 'source.url',
  kind: 'connector',
  paginationDocs: 'docs/connector-mode-rest-pull.md',
  restart: 'run once with --full',
};
